"""Writes bad-input.json beside this file: what sacrebleu, rouge-score and scikit-learn make of texts and classes that tell little.

pip install sacrebleu==2.6.0 rouge-score==0.1.2 scikit-learn==1.9.1 numpy==2.4.6
python tests/golden/make-bad-input.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF
from sklearn import metrics

warnings.simplefilter("ignore")
KINDS = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
TEXTS = [
    ("an empty text", "", "three words here"),
    ("an empty reference", "three words here", ""),
    ("both empty", "", ""),
    ("white space", " \n", "three words here"),
    ("one token, right", "word", "word"),
    ("one token, wrong", "word", "other"),
    ("one token of many", "word", "a word among others"),
    ("marks alone", "?!", "?!"),
]
CLASSES = [
    ("the positive class only", [1, 1, 1], [0.9, 0.6, 0.2]),
    ("the other class only", [0, 0, 0], [0.9, 0.6, 0.2]),
    ("ties everywhere", [0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]),
    ("ties of both classes", [0, 1, 0, 1, 1], [0.2, 0.2, 0.7, 0.7, 0.9]),
    ("one example", [1], [0.8]),
    ("a class that is never answered", [0, 1, 0], [0.1, 0.2, 0.3]),
]


def number(value):
    return None if math.isnan(value) else float(value)


def of_texts(name, hypothesis, reference):
    scores = rouge_scorer.RougeScorer(KINDS).score(reference, hypothesis)
    return {
        "name": name,
        "hypothesis": hypothesis,
        "reference": reference,
        "bleu": BLEU().corpus_score([hypothesis], [[reference]]).score,
        "sentenceBleu": BLEU(effective_order=True).sentence_score(hypothesis, [reference]).score,
        "chrf": CHRF().corpus_score([hypothesis], [[reference]]).score,
        "rouge": [scores[kind].fmeasure for kind in KINDS],
    }


def of_classes(name, labels, scores):
    truth, told = np.array(labels), np.array(scores)
    answered = (told >= 0.5).astype(int)
    both = {"labels": [0, 1]}
    return {
        "name": name,
        "labels": labels,
        "scores": scores,
        "accuracy": metrics.accuracy_score(truth, answered),
        "balancedAccuracy": metrics.balanced_accuracy_score(truth, answered),
        "precision": metrics.precision_score(truth, answered, zero_division=0),
        "recall": metrics.recall_score(truth, answered, zero_division=0),
        "f1": metrics.f1_score(truth, answered, zero_division=0),
        "matthews": metrics.matthews_corrcoef(truth, answered),
        "auc": number(metrics.roc_auc_score(truth, told)),
        "averagePrecision": number(metrics.average_precision_score(truth, told)),
        "brier": metrics.brier_score_loss(truth, told, **both),
        "logLoss": metrics.log_loss(truth, told, **both),
    }


golden = {"texts": [of_texts(*it) for it in TEXTS], "classes": [of_classes(*it) for it in CLASSES]}
path = pathlib.Path(__file__).with_name("bad-input.json")
path.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
