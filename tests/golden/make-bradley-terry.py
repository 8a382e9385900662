"""Golden numbers for pipeline/evaluation/preferences/bradley-terry.ts: python make-bradley-terry.py > bradley-terry.json, with
choix 0.4.1, numpy 2.4 and scipy 1.17.

A comparison with a score counts as two for choix, a tie as one each way; its penalty, alpha·Σθ², doubles with it.
"""

import json

import choix
import numpy as np

RIDGE = 0.01


def case(random, systems, count, ties):
    true = random.normal(0, 1, systems)
    comparisons = []
    for _ in range(count):
        first, second = (int(it) for it in random.choice(systems, 2, replace=False))
        if random.random() < ties:
            score = 0.5
        else:
            score = float(random.random() < 1 / (1 + np.exp(true[second] - true[first])))
        comparisons.append([first, second, score])
    data = []
    for first, second, score in comparisons:
        data += [(first, second)] * int(2 * score) + [(second, first)] * int(2 - 2 * score)
    strengths = choix.opt_pairwise(systems, data, alpha=2 * RIDGE, method="Newton-CG", tol=1e-12)
    return {"systems": systems, "comparisons": comparisons, "strengths": (strengths - strengths.mean()).tolist()}


random = np.random.default_rng(7)
print(json.dumps([case(random, *it) for it in [(2, 12, 0.0), (3, 40, 0.2), (5, 200, 0.1), (4, 3, 0.0)]]))
