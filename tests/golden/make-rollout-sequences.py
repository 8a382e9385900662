"""Golden numbers for pipeline/rollout/: python make-rollout-sequences.py > rollout-sequences.json

With numpy 1.26.4, scipy 1.15.3, statsmodels 0.14.5, and the Python part of confseq 0.0.11 (its sdist's src folder in
PYTHONPATH; it imports matplotlib and multiprocess).

One-sided sequences: the formula of arXiv:2103.06476, its ρ by scipy's bounded minimiser, its p-values by root finding.
Betting: where confseq's hedged capital process crosses 1 / α. Mixture ratio: the integral by quadrature. Holm:
statsmodels. Covariate: numpy's least squares.
"""

import json

import numpy as np
from confseq.betting import betting_mart
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests


def half_width(xs, alpha, rho):
    t = len(xs)
    v = t * rho**2
    return np.std(xs) * np.sqrt(2 * (v + 1) / (t * v) * np.log(1 + np.sqrt(v + 1) / (2 * alpha)))


def one_sided_rho(optimal_sample, alpha):
    width = lambda v: (v + 1) / v * np.log(1 + np.sqrt(v + 1) / (2 * alpha))
    return float(np.sqrt(minimize_scalar(width, bounds=(0.1, 60), method="bounded",
                                         options={"xatol": 1e-12}).x / optimal_sample))


def one_sided(random):
    xs = np.round(random.normal(0.06, 0.25, size=1000), 6)
    looks = []
    for alpha, optimal_sample in [(0.025, 500), (0.05, 100), (0.005, 2000)]:
        rho = one_sided_rho(optimal_sample, alpha)
        for n in [10, 100, 1000]:
            mean = np.mean(xs[:n])
            half = half_width(xs[:n], alpha, rho)
            p = 1.0
            if mean > half_width(xs[:n], 0.5, rho):
                p = np.exp(brentq(lambda u: mean - half_width(xs[:n], np.exp(u), rho), -300, np.log(0.5), xtol=1e-13))
            looks.append({"alpha": alpha, "optimalSample": optimal_sample, "rho": rho, "n": n,
                          "bounds": [float(mean - half), float(mean + half)], "p": float(p)})
    return {"xs": xs.tolist(), "looks": looks}


def bets(random):
    series = {"beta": np.round(random.beta(4, 2, size=300), 6), "zeros and ones": random.integers(0, 2, size=40) * 1.0,
              "seldom": (random.uniform(size=300) < 0.02) * 1.0}
    cases = []
    for name, xs in series.items():
        for n in [3, 20, len(xs)]:
            for alpha in [0.05, 0.01]:
                capital = lambda m: np.log(betting_mart(xs[:n], m, alpha=alpha)[-1]) - np.log(1 / alpha)
                mean = min(max(np.mean(xs[:n]), 1e-3), 1 - 1e-3)
                bound = lambda edge: float(brentq(capital, edge, mean, xtol=1e-13)) if capital(edge) > 0 else round(edge)
                cases.append({"name": name, "n": n, "alpha": alpha, "bounds": [bound(1e-9), bound(1 - 1e-9)]})
    return {"series": {name: xs.tolist() for name, xs in series.items()}, "cases": cases}


def mixture_ratios(random):
    xs = np.round(random.normal(0.1, 0.5, size=400), 6)
    cases = []
    for n, value, scale in [(10, 0, 0.1), (50, 0, 0.125), (400, 0, 0.125), (400, -0.05, 0.3)]:
        mean, deviation = np.mean(xs[:n]), np.std(xs[:n], ddof=1)
        error = deviation / np.sqrt(n)
        peak = norm.pdf(mean, value, error)
        mixture = quad(lambda theta: norm.pdf(mean, theta, error) * norm.pdf(theta, value, scale * deviation),
                       mean - 12 * error, mean + 12 * error, epsabs=0, epsrel=1e-12)[0]
        cases.append({"n": n, "value": value, "scale": scale, "logRatio": float(np.log(mixture / peak))})
    return {"xs": xs.tolist(), "cases": cases}


def adjusted():
    families = [[0.01, 0.04, 0.03], [0.5], [0.02, 0.02, 0.9, 0.001], [0.3, 0.2, 0.1, 0.4, 0.05]]
    return [{"pValues": it, "holm": multipletests(it, method="holm")[1].tolist()} for it in families]


def slopes(random):
    xs = np.round(random.uniform(size=200), 6)
    ys = np.round(0.3 + 0.6 * xs + random.normal(0, 0.1, size=200), 6)
    slope = float(np.linalg.lstsq(np.column_stack([np.ones(200), xs]), ys, rcond=None)[0][1])
    return {"xs": xs.tolist(), "ys": ys.tolist(), "slope": slope,
            "varianceKept": float(np.var(ys - slope * xs) / np.var(ys))}


random = np.random.default_rng(11)
print(json.dumps({"oneSided": one_sided(random), "bets": bets(random), "mixtureRatios": mixture_ratios(random),
                  "families": adjusted(), "covariate": slopes(random)}))
