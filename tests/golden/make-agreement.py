"""Makes tests/golden/agreement.json: Cohen's kappa by scikit-learn and Krippendorff's alpha (nominal) by krippendorff.

Run in an environment with scikit-learn 1.7.2 and krippendorff 0.9.0:  python tests/golden/make-agreement.py
"""

import importlib.metadata
import json
import pathlib
import random

import krippendorff
import sklearn
from sklearn.metrics import cohen_kappa_score

random.seed(11)
LABELS = ["ham", "spam", "other"]


def answers(people, items, error, missing):
    truth = [random.choice(LABELS) for _ in range(items)]
    return [
        [None if random.random() < missing else random.choice(LABELS) if random.random() < error else label for label in truth]
        for _ in range(people)
    ]


pairs = []
for items, error in [(5, 0.5), (40, 0.0), (40, 0.3), (200, 0.9)]:
    first, second = answers(2, items, error, 0)
    pairs.append({"first": first, "second": second, "kappa": cohen_kappa_score(first, second)})
first, second = ["ham"] * 9 + ["spam"], ["spam"] + ["ham"] * 9
pairs.append({"first": first, "second": second, "kappa": cohen_kappa_score(first, second)})

groups = []
for people, items, error, missing in [(2, 30, 0.2, 0), (3, 30, 0.4, 0.3), (5, 60, 0.7, 0.6), (4, 10, 0, 0.5)]:
    rows = answers(people, items, error, missing)
    alpha = krippendorff.alpha(
        reliability_data=[[LABELS.index(it) if it is not None else float("nan") for it in row] for row in rows],
        level_of_measurement="nominal", value_domain=list(range(len(LABELS))),
    )
    groups.append({"answers": rows, "alpha": alpha})

made = {"scikit-learn": sklearn.__version__, "krippendorff": importlib.metadata.version("krippendorff")}
golden = {"made": made, "pairs": pairs, "groups": groups}
(pathlib.Path(__file__).parent / "agreement.json").write_text(json.dumps(golden) + "\n")
