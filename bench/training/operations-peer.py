"""Prints what each kind of operation of a training step takes, one operation at a time on all threads."""

import json
import os
import pathlib
import sys

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # as runtimes/tensorflow/binding.ts has it
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy
import tensorflow.compat.v1 as tf

folder = pathlib.Path(sys.argv[1])
plan = json.loads((folder / "plan.json").read_text())
parameters = numpy.fromfile(folder / "parameters.bin", "float32")
tf.disable_eager_execution()
ROUNDS = 10


def output(name):
    return name if ":" in name else name + ":0"


def start(variable):
    size = int(numpy.prod(variable["shape"]))
    begin = variable["offset"]
    values = parameters[begin : begin + size] if begin >= 0 else numpy.zeros(size, "float32")
    return values.reshape(variable["shape"])


if "kernels" in plan:
    tf.load_op_library(plan["kernels"])
options = tf.ConfigProto(intra_op_parallelism_threads=plan["threads"], inter_op_parallelism_threads=1)
with tf.Session(config=options) as session:
    tf.saved_model.loader.load(session, ["serve"], str(folder))
    session.run(output(plan["assign"]), {output(v["initial"]): start(v) for v in plan["variables"]})
    random = numpy.random.default_rng(1)
    feeds = {
        output(place): random.integers(0, plan["vocabularySize"], plan["tokens"]).astype("int32")
        for place in plan["feeds"].values()
    }
    feeds |= {output(plan["scalars"][name]): 1e-4 for name in ("rate", "epsilon", "decay")}
    fetches = [output(name) for name in plan["fetches"]]
    for _ in range(5):
        session.run(fetches, feeds)
    kinds = {}
    took = {}
    for number in range(ROUNDS):
        metadata = tf.RunMetadata()
        trace = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE, output_partition_graphs=number == 0)
        session.run(fetches, feeds, options=trace, run_metadata=metadata)
        if number == 0:
            kinds = {node.name: node.op for graph in metadata.partition_graphs for node in graph.node}
        for device in metadata.step_stats.dev_stats:
            for node in device.node_stats:
                sizes = [size.size for size in node.output[0].tensor_description.shape.dim] if node.output else []
                kind = kinds.get(node.node_name, node.node_name)
                product = f" {sizes}" if "MatMul" in kind else ""
                count, spent = took.get(kind + product, (0, 0))
                took[kind + product] = (count + 1, spent + node.op_end_rel_micros - node.op_start_rel_micros)

total = sum(spent for _, spent in took.values())
print(f"{total / ROUNDS / 1000:8.1f} ms a step")
for kind, (count, spent) in sorted(took.items(), key=lambda item: -item[1][1])[:40]:
    print(f"{spent / ROUNDS / 1000:8.2f} ms {100 * spent / total:5.1f} %  {count // ROUNDS:4d} × {kind}")
