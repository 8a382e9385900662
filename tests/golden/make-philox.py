"""Makes tests/golden/philox.json: uniform numbers of TensorFlow's StatelessRandomUniform, times 2^23 as integers.

Run in an environment with tensorflow-cpu:  python tests/golden/make-philox.py
"""

import json
import pathlib

import tensorflow as tf

SEEDS = [[0, 0], [1, 2], [2, 1], [-5, 7], [123456789, -1], [2**31 - 1, -(2**31)]]
draws = []
for seed in SEEDS:
    numbers = tf.raw_ops.StatelessRandomUniform(shape=[23], seed=tf.constant(seed, tf.int32), dtype=tf.float32)
    fractions = [float(number) * 2**23 for number in numbers]
    assert all(fraction == int(fraction) for fraction in fractions)
    draws.append({"seed": seed, "fractions": [int(fraction) for fraction in fractions]})
golden = {"made": {"tensorflow": tf.__version__}, "draws": draws}
(pathlib.Path(__file__).parent / "philox.json").write_text(json.dumps(golden, indent=1) + "\n")
