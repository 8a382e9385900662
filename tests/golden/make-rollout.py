"""Golden numbers for pipeline/rollout/: python make-rollout.py > rollout.json, with numpy, scipy and scikit-learn.

Confidence sequences: the formula of Theorem 2.2 of arXiv:2103.06476 on numpy's mean and variance, with its scale from
scipy's Lambert function. Sample ratio: scipy's Dirichlet-multinomial against its multinomial. Losses: scikit-learn.
"""

import json

import numpy as np
from scipy.special import lambertw
from scipy.stats import dirichlet_multinomial, multinomial
from sklearn.metrics import brier_score_loss, log_loss


def rho_for(optimal_sample, alpha):
    return float(np.sqrt((-lambertw(-(alpha**2) * np.exp(-1), k=-1).real - 1) / optimal_sample))


def confidence_sequence(xs, alpha, rho):
    t = len(xs)
    half = np.std(xs) * np.sqrt(2 * (t * rho**2 + 1) / (t**2 * rho**2) * np.log(np.sqrt(t * rho**2 + 1) / alpha))
    return [float(np.mean(xs) - half), float(np.mean(xs) + half)]


def sequences(random):
    xs = np.round(random.normal(0.03, 0.25, size=1000), 6)
    looks = []
    for alpha, optimal_sample in [(0.05, 500), (0.1, 100), (0.01, 2000)]:
        rho = rho_for(optimal_sample, alpha)
        for n in [2, 10, 100, 500, 1000]:
            looks.append({"alpha": alpha, "optimalSample": optimal_sample, "rho": rho, "n": n,
                          "interval": confidence_sequence(xs[:n], alpha, rho)})
    return {"xs": xs.tolist(), "looks": looks}


def sample_ratios():
    cases = []
    for counts, shares in [([50, 50], [0.5, 0.5]), ([700, 300], [0.75, 0.25]), ([95, 5], [0.95, 0.05]),
                           ([10, 0], [0.9, 0.1]), ([120000, 80500], [0.6, 0.4]), ([30, 40, 30], [0.2, 0.5, 0.3]),
                           ([980, 20], [0.999, 0.001])]:
        n = sum(counts)
        mixture = dirichlet_multinomial.logpmf(counts, 100 * np.array(shares), n)
        cases.append({"counts": counts, "shares": shares,
                      "logBayesFactor": float(mixture - multinomial.logpmf(counts, n, shares))})
    return cases


def losses(random):
    probabilities = np.round(random.dirichlet([1, 2, 3], size=20), 6)
    probabilities[:, 2] = np.round(1 - probabilities[:, 0] - probabilities[:, 1], 6)
    truths = random.integers(0, 3, size=20)
    binary = np.round(random.uniform(size=20), 6)
    positives = random.integers(0, 2, size=20)
    one_hot = np.eye(3)[truths]
    return {
        "probabilities": probabilities.tolist(), "truths": truths.tolist(),
        "meanLogLoss": float(log_loss(truths, probabilities, labels=[0, 1, 2])),
        "meanBrier": float(np.mean(np.sum((probabilities - one_hot) ** 2, axis=1))),
        "binary": binary.tolist(), "positives": positives.tolist(),
        "meanBinaryBrier": float(brier_score_loss(positives, binary)),
    }


random = np.random.default_rng(7)
print(json.dumps({"sequences": sequences(random), "sampleRatios": sample_ratios(), "losses": losses(random)}))
