"""Writes token-f1.json beside this file: what SQuAD's script says of answers, as transformers has it.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install transformers==5.0.0
    /tmp/golden/bin/python tests/golden/make-token-f1.py
"""

import json
import pathlib

from transformers.data.metrics.squad_metrics import compute_f1

HERE = pathlib.Path(__file__).parent
PAIRS = [
    ("the Denver Broncos", ["Denver Broncos", "The Broncos!"]),
    ("a cat and an apple", ["cats and apples", "the cat and the apple"]),
    ("It's 1,234.56 — 'quoted' (twice) (twice)", ["its 123456 quoted twice"]),
    ("", [""]),
    ("", ["something"]),
    ("the", [""]),
    ("!?", ["a"]),
    ("Theatre of the anthem", ["theatre anthem"]),
    ("밥을 the 먹었다", ["밥을 먹었다"]),
    ("a밥 the밥 밥a", ["밥 밥 밥"]),
    ("über\u3000naïve\x85İstanbul", ["Über naive i̇stanbul"]),
    ("to be or not to be", ["be be be to"]),
    ("“curly” … dashes – stay", ["curly dashes stay"]),
]

cases = [
    {"hypothesis": hypothesis, "references": references, "f1": max(compute_f1(of, hypothesis) for of in references)}
    for hypothesis, references in PAIRS
]
text = json.dumps({"cases": cases}, ensure_ascii=False, separators=(",", ":"))
(HERE / "token-f1.json").write_text(text + "\n", encoding="utf-8")
