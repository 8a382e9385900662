"""Writes seqeval.json: scores of entities in tagged documents, as seqeval has them.

In a virtual environment outside the repository, with Python 3.11:
    pip install seqeval==1.2.2
    python tests/golden/make-seqeval.py
"""
import json
import random
from pathlib import Path

from seqeval.metrics import accuracy_score, classification_report, f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import get_entities

LABELS = ["person", "place", "date-time"]
TAGS = ["O", *(f"{kind}-{label}" for label in LABELS for kind in "BI")]


def truth(draw: random.Random, words: int) -> list[str]:
    """Tags as a person would give them: every I- follows its own."""
    tags: list[str] = []
    while len(tags) < words:
        if draw.random() < 0.6:
            tags.append("O")
            continue
        label = draw.choice(LABELS)
        tags += [f"B-{label}", *[f"I-{label}"] * draw.randint(0, 2)]
    return tags[:words]


def guess(draw: random.Random, tags: list[str], wrong: float) -> list[str]:
    """The same, now and then any tag at all."""
    return [draw.choice(TAGS) if draw.random() < wrong else tag for tag in tags]


def case(name: str, labelled: list[list[str]], answered: list[list[str]]) -> dict:
    report = classification_report(labelled, answered, output_dict=True, zero_division=0)
    by_label = {
        label: [of["precision"], of["recall"], of["f1-score"], int(of["support"])]
        for label, of in report.items()
        if not label.endswith(" avg")
    }
    return {
        "name": name,
        "labelled": labelled,
        "answered": answered,
        "precision": precision_score(labelled, answered, zero_division=0),
        "recall": recall_score(labelled, answered, zero_division=0),
        "f1": f1_score(labelled, answered, zero_division=0),
        "macroF1": f1_score(labelled, answered, average="macro", zero_division=0),
        "accuracy": accuracy_score(labelled, answered),
        "byLabel": by_label,
        "entities": [[[label, first, last + 1] for label, first, last in get_entities(tags)] for tags in answered],
    }


cases = [
    case("an I- that begins", [["B-person", "I-person", "O"]], [["I-person", "I-person", "O"]]),
    case("labels that change", [["B-person", "I-person", "O"]], [["B-person", "I-place", "I-place"]]),
    case("nothing is answered", [["B-person", "O"], ["O", "B-place"]], [["O", "O"], ["O", "O"]]),
    case("a label that none has", [["B-person", "O"]], [["B-person", "B-place"]]),
]
for seed, wrong in enumerate((0.05, 0.2, 0.5, 0.9)):
    draw = random.Random(seed)
    labelled = [truth(draw, draw.randint(1, 25)) for _ in range(12)]
    cases.append(case(f"drawn, {wrong} wrong", labelled, [guess(draw, tags, wrong) for tags in labelled]))

lines = ",\n".join(json.dumps(it) for it in cases)
Path(__file__).with_name("seqeval.json").write_text(f"[\n{lines}\n]\n")
