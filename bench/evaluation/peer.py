"""sacrebleu, rouge-score and scikit-learn on the same data; answers request lines with what they took."""

import json
import logging
import sys
import time

import numpy as np
from rouge_score import rouge_scorer, scoring
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import _bootstrap_resample
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp
from sklearn.metrics import roc_auc_score

logging.disable(logging.WARNING)
given = json.loads(sys.argv[1])
data = json.load(open(given["file"], encoding="utf-8"))
hypotheses, references = data["hypotheses"], data["references"]
labels, scores = np.array(data["labels"]), np.array(data["scores"])
examples, resamples = given["examples"], given["resamples"]
KINDS = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
scorer = rouge_scorer.RougeScorer(KINDS, use_stemmer=True)
plain = rouge_scorer.RougeScorer(KINDS)

metric = BLEU()
statistics = metric._extract_corpus_statistics(hypotheses[:examples], [references[:examples]])
rouges = [plain.score(*pair) for pair in zip(references[:examples], hypotheses[:examples])]
draw = np.random.default_rng(1)


def bleu():
    for cached in (Tokenizer13a, TokenizerRegexp):  # what a text was split into is kept from round to round
        cached.__call__.cache_clear()
    return BLEU().corpus_score(hypotheses, [references]).score


def rouge():
    pairs = zip(references[: given["rougeTexts"]], hypotheses[: given["rougeTexts"]])
    found = [scorer.score(*pair) for pair in pairs]
    return sum(np.mean([of[kind].fmeasure for of in found]) for kind in KINDS)


def bootstrap_bleu():
    drawn = _bootstrap_resample(statistics, metric, resamples)[1]
    return np.quantile([of.score for of in drawn], 0.025)


def bootstrap_rouge():
    aggregator = scoring.BootstrapAggregator(n_samples=resamples)
    for of in rouges:
        aggregator.add_scores(of)
    return sum(of.low.fmeasure for of in aggregator.aggregate().values())


def bootstrap_auc():
    truths, told = labels[:examples], scores[:examples]
    drawn = (draw.integers(0, examples, examples) for _ in range(resamples))
    return np.quantile([roc_auc_score(truths[at], told[at]) for at in drawn], 0.025)


works = {
    "bleu": bleu,
    "chrf": lambda: CHRF().corpus_score(hypotheses, [references]).score,
    "rouge": rouge,
    "auc": lambda: roc_auc_score(labels, scores),
    "bootstrap-bleu": bootstrap_bleu,
    "bootstrap-rouge": bootstrap_rouge,
    "bootstrap-auc": bootstrap_auc,
}
for line in sys.stdin:
    name = json.loads(line)["work"]
    repeats = given["repeats"] if name.startswith("bootstrap") else 1
    start, before = time.perf_counter(), time.process_time()
    for _ in range(repeats):
        result = float(works[name]())
    answer = {
        "seconds": time.perf_counter() - start,
        "processorSeconds": time.process_time() - before,
        "result": result,
    }
    print(json.dumps(answer), flush=True)
