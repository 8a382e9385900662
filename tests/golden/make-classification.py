"""Writes classification.json and logistic-regression.json beside this file: what scikit-learn says.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    /tmp/golden/bin/python tests/golden/make-classification.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
import sklearn.metrics as metrics
from sklearn.calibration import calibration_curve
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

HERE = pathlib.Path(__file__).parent
warnings.simplefilter("ignore")


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def softmax(scores):
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


def averaged(labels, predicted, average):
    return {
        metric: number(function(labels, predicted, average=average))
        for metric, function in (
            ("precision", metrics.precision_score),
            ("recall", metrics.recall_score),
            ("f1", metrics.f1_score),
        )
    }


def make_case(name, labels, probabilities, threshold=None):
    """Every metric of one set of predictions; two classes are decided by the threshold, more by the largest."""
    classes = probabilities.shape[1]
    everything = list(range(classes))
    if threshold is None:
        predicted = probabilities.argmax(axis=1)
    else:
        predicted = (probabilities[:, 1] >= threshold).astype(int)
    per_class = {
        metric: [number(v) for v in function(labels, predicted, labels=everything, average=None)]
        for metric, function in (
            ("precision", metrics.precision_score),
            ("recall", metrics.recall_score),
            ("f1", metrics.f1_score),
        )
    }
    case = {
        "name": name,
        "classes": classes,
        "labels": labels.tolist(),
        "probabilities": probabilities.tolist(),
        "threshold": threshold,
        "predicted": predicted.tolist(),
        "confusion": metrics.confusion_matrix(labels, predicted, labels=everything).tolist(),
        "accuracy": number(metrics.accuracy_score(labels, predicted)),
        "balancedAccuracy": number(metrics.balanced_accuracy_score(labels, predicted)),
        "perClass": per_class,
        "macro": averaged(labels, predicted, "macro"),
        "weighted": averaged(labels, predicted, "weighted"),
        "micro": averaged(labels, predicted, "micro"),
        "matthews": number(metrics.matthews_corrcoef(labels, predicted)),
        "logLoss": number(metrics.log_loss(labels, probabilities, labels=everything)),
        "brier": number(metrics.brier_score_loss(labels, probabilities, labels=everything)),
    }
    truths = (labels[:, None] == np.arange(classes)).astype(int)
    area = metrics.average_precision_score
    case["averagePrecision"] = number(
        area(truths[:, 1], probabilities[:, 1]) if classes == 2 else area(truths, probabilities, average="macro")
    )
    curve = metrics.precision_recall_curve(truths[:, 1], probabilities[:, 1])
    case["precisionRecall"] = [part.tolist() for part in curve]
    if classes == 2 and len(set(labels.tolist())) == 2:
        scores = probabilities[:, 1]
        rates = metrics.roc_curve(labels, scores)
        observed, stated = calibration_curve(labels, scores, n_bins=10)
        counts, _ = np.histogram(np.searchsorted(np.linspace(0, 1, 11)[1:-1], scores), bins=np.arange(11))
        weights = counts[counts > 0] / len(labels)
        case["auc"] = number(metrics.roc_auc_score(labels, scores))
        case["roc"] = [[number(value) for value in part] for part in rates]
        case["calibration"] = {
            "counts": counts.tolist(),
            "observed": observed.tolist(),
            "stated": stated.tolist(),
            "error": number(np.sum(weights * np.abs(observed - stated))),
        }
    elif len(set(labels.tolist())) == classes:
        case["auc"] = number(metrics.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro"))
    return case


def classification():
    random = np.random.default_rng(7)
    cases = []
    labels = (random.random(120) < 0.3).astype(int)
    scores = 1 / (1 + np.exp(-(random.normal(size=120) + 2.5 * labels - 1.2)))
    pair = np.column_stack([1 - scores, scores])
    cases.append(make_case("two classes", labels, pair, 0.5))
    cases.append(make_case("a high threshold", labels, pair, 0.83))
    tied = np.round(scores, 1)
    cases.append(make_case("many tied scores, on the edges of bins", labels, np.column_stack([1 - tied, tied]), 0.5))
    cases.append(make_case("nothing predicted positive", labels, np.column_stack([1 - scores / 4, scores / 4]), 0.5))
    certain = (random.random(40) < 0.5).astype(int)
    wrong = np.where(random.random(40) < 0.2, 1 - certain, certain).astype(float)
    cases.append(make_case("certain answers, some of them wrong", certain, np.column_stack([1 - wrong, wrong]), 0.5))
    cases.append(make_case("one class only", np.zeros(20, dtype=int), pair[:20], 0.5))
    four = random.integers(0, 4, size=150)
    logits = random.normal(size=(150, 4))
    logits[np.arange(150), four] += 1.5
    cases.append(make_case("four classes", four, softmax(logits)))
    cases.append(make_case("four classes, one of them never true", np.where(four == 2, 1, four), softmax(logits)))
    never = np.column_stack([softmax(logits)[:, :3], np.zeros(150)])
    never /= never.sum(axis=1, keepdims=True)
    missing = np.where(four == 3, 0, four)
    cases.append(make_case("four classes, one of them neither true nor predicted", missing, never))
    return {"quantiles": quantiles(random), "cases": cases}


def quantiles(random):
    values = np.sort(random.normal(size=23))
    shares = [0, 0.025, 0.3, 0.5, 0.975, 1]
    return {"sorted": values.tolist(), "shares": shares, "quantiles": np.quantile(values, shares).tolist()}


SPAM = ["free money now", "win cash prizes", "limited offer click here", "cheap pills online", "무료 쿠폰 지금"]
HAM = ["meeting at noon", "the patch fails to build", "see you tomorrow", "kernel panic in 2.4", "회의는 내일 오후"]
NEWS = ["election results are in", "Straße in Köln gesperrt", "markets fell again", "café opens", "비가 온다고 한다"]
FILLER = "the a of to and in is it that for on with as are be this was from at or x I'm e-mail 42 foo_bar".split()


def corpus(topics, count, random):
    texts, labels = [], []
    for _ in range(count):
        label = int(random.integers(len(topics)))
        other = topics[int(random.integers(len(topics)))]
        parts = [topics[label][int(i)] for i in random.integers(0, 5, size=2)]
        parts.append(other[int(random.integers(5))])
        parts.extend(FILLER[int(i)] for i in random.integers(0, len(FILLER), size=6))
        random.shuffle(parts)
        texts.append(" ".join(parts).title() if random.random() < 0.2 else ", ".join(parts))
        labels.append(label)
    return texts, labels


def untied(texts, limit):
    """The largest limit at which no two terms are equally frequent: scikit-learn leaves ties to chance."""
    counts = np.sort(CountVectorizer().fit_transform(texts).sum(axis=0).A1)[::-1]
    return next(n for n in range(limit, 0, -1) if counts[n - 1] != counts[n])


def regression():
    random = np.random.default_rng(11)
    cases = []
    for name, topics, options in (
        ("two classes", [HAM, SPAM], {}),
        ("two classes, sublinear, limited", [HAM, SPAM], {"sublinear_tf": True, "min_df": 4, "max_features": 30}),
        ("three classes", [HAM, SPAM, NEWS], {}),
    ):
        texts, labels = corpus(topics, 90, random)
        train, test = texts[:60], texts[60:] + ["", "nothing known"]
        if "max_features" in options:
            options["max_features"] = untied(train, options["max_features"])
        vectorizer = TfidfVectorizer(**options)
        rows = vectorizer.fit_transform(train)
        model = LogisticRegression(C=1, tol=1e-10, max_iter=10_000).fit(rows, labels[:60])
        cases.append(
            {
                "name": name,
                "options": options,
                "training": train,
                "labels": labels[:60],
                "test": test,
                "terms": vectorizer.get_feature_names_out().tolist(),
                "inverseFrequencies": vectorizer.idf_.tolist(),
                "firstRow": vectorizer.transform(test[:1]).toarray()[0].tolist(),
                "probabilities": model.predict_proba(vectorizer.transform(test)).tolist(),
            }
        )
    return {"cases": cases}


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


write("classification.json", classification())
write("logistic-regression.json", regression())
