"""Writes judgement.json beside this file: Wilson's interval, Holm's correction, McNemar's test and the BCa interval, as
statsmodels and scipy tell them.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install statsmodels==0.14.6 scipy==1.17.1 numpy==2.4.6
    /tmp/golden/bin/python tests/golden/make-judgement.py
"""

import dataclasses
import json
import pathlib

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(20)


def wilson(successes, trials, confidence):
    low, high = proportion_confint(successes, trials, 1 - confidence, "wilson")
    expected = 0.8
    _, p = proportions_ztest(successes, trials, expected, prop_var=expected)
    return {
        "successes": successes,
        "trials": trials,
        "confidence": confidence,
        "low": float(low),
        "high": float(high),
        "expected": expected,
        "pValue": float(p),
    }


def discordant(first, second):
    few = first + second < 25
    result = mcnemar([[50, first], [second, 7]], exact=few, correction=True)
    return {"onlyFirst": first, "onlySecond": second, "pValue": float(result.pvalue)}


def bca(name, data, statistic, resamples, confidence):
    """scipy's interval from a distribution that is given, so that it needs no common random numbers."""
    indices = random.integers(0, len(data), (resamples, len(data)))
    drawn = np.array([statistic(data[row]) for row in indices])
    made = stats.bootstrap((data,), statistic, n_resamples=1, vectorized=False, method="BCa", rng=random)
    given = dataclasses.replace(made, bootstrap_distribution=drawn)
    interval = stats.bootstrap(
        (data,),
        statistic,
        n_resamples=0,
        vectorized=False,
        method="BCa",
        confidence_level=confidence,
        bootstrap_result=given,
    ).confidence_interval
    jackknife = [float(statistic(np.delete(data, at))) for at in range(len(data))]
    return {
        "name": name,
        "confidence": confidence,
        "value": float(statistic(data)),
        "drawn": [float(value) for value in drawn],
        "jackknife": jackknife,
        "low": float(interval.low),
        "high": float(interval.high),
    }


p_values = [0.01, 0.04, 0.03, 0.005, 0.5, 0.04]
golden = {
    "wilson": [
        wilson(successes, trials, confidence)
        for successes, trials in [(0, 20), (20, 20), (3, 25), (188, 200), (1, 1), (4711, 5000)]
        for confidence in (0.95, 0.999)
    ],
    "holm": {"pValues": p_values, "adjusted": [float(p) for p in multipletests(p_values, method="holm")[1]]},
    "mcnemar": [
        discordant(*counts)
        for counts in [(0, 0), (0, 5), (3, 3), (7, 2), (12, 12), (24, 0), (25, 0), (13, 12), (30, 12), (200, 140)]
    ],
    "quantiles": [
        {"share": share, "z": float(stats.norm.ppf(share))}
        for share in (1e-300, 1e-12, 0.001, 0.025, 0.3, 0.5, 0.7, 0.975, 0.999999)
    ],
    "tails": [{"z": z, "below": float(stats.norm.cdf(z))} for z in (-37, -6, -2.6, -2.4, -0.3, 0, 1.7, 2.6, 6)],
    "bca": [
        bca("skewed mean", random.exponential(1, 40), np.mean, 400, 0.95),
        bca("share of rare errors", (random.random(60) < 0.05).astype(float), np.mean, 400, 0.9),
        bca("median", random.normal(0, 1, 31), np.median, 400, 0.95),
    ],
}
(HERE / "judgement.json").write_text(json.dumps(golden, indent=1) + "\n")
