"""Writes rouge.json beside this file: what rouge-score says of texts, and NLTK's stemmer of words.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install rouge-score==0.1.2 nltk==3.10.4
    /tmp/golden/bin/python tests/golden/make-rouge.py
"""

import json
import pathlib
import random

from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer

HERE = pathlib.Path(__file__).parent
KINDS = ("rouge1", "rouge2", "rougeL", "rougeLsum")

TEXTS = [
    ("The quick brown fox jumps over the lazy dog", ["The quick brown dog jumps on the log."]),
    ("police killed the gunman", ["police kill the gunman", "the gunman kill police"]),
    ("the cats were running quickly\nand happily hopped", ["a cat ran quickly\nthe cats hop, happy and running", "cats"]),
    ("one two\nthree four\nfive", ["two one\nfour three five\nsix one two", "one\ntwo\n\nthree"]),
    ("w1 w2 w3 w4 w5", ["w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5"]),
    ("", ["something"]),
    ("something", [""]),
    ("!!!", ["???"]),
    ("word", ["word"]),
    ("word", ["words"]),
    ("It's 1,234.56 dollars — naïve CAFÉ İstanbul", ["its 1 234 56 dollars naive cafe istanbul"]),
    ("밥을 먹었다", ["밥을 먹었다"]),
    ("밥을 rice 먹었다 eaten", ["rice was eaten 밥"]),
    ("a a a b\na b", ["a b\na a b b"]),
]

ROOTS = (
    "relat condit valenc hesitanc digit conform radical differ vile analog vietnam predic oper feudal decis hope callous "
    "formal sensit sensib triplic form electr good reviv allow infer airlin gyroscop adjust defens irrit replac depend adopt "
    "homolog commun activ angular effect bowdler prob rat ceas control roll fl tr sp happ enjo fail fil fall hiss fizz hop tann "
    "agre plaster bl mot s feed ge archae the ph abil gener oscill univers organ y by toy syzyg yyy sk d l t inn out cann how proc "
    "x1 2nd 3 ow box snow cry say boy ab ed up id"
).split()
SUFFIXES = (
    "ational tional enci anci izer bli abli alli entli eli ousli ization ation ator alism iveness fulness ousness aliti iviti "
    "biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion sion tion ou "
    "ism ate iti ous ive ize e ee eed ed ing ied ies sses ss s y ly ll l ling lled zed tting at ated bled ized ying"
).split()


def words():
    chance = random.Random(5)
    every = {root + suffix for root in ROOTS for suffix in SUFFIXES}
    irregular = "sky skies dying lying tying news inning innings outing outings canning cannings howe proceed exceed succeed".split()
    short = "a ab as is ies died dies lies flies fly ion zion io ing ed bed sing bring caresses ponies ties cats".split()
    return sorted(set(chance.sample(sorted(every), 2500)) | set(irregular) | set(short))


def noise(seed, count):
    chance = random.Random(seed)
    letters = "a b c d running runs ran relational x\n y\n cat, cats".split(" ")

    def text():
        return " ".join(chance.choice(letters) for _ in range(chance.randint(1, 20)))

    return [(text(), [text(), text()]) for _ in range(count)]


def told(scorer, hypothesis, references):
    return {kind[5:]: list(score) for kind, score in scorer.score_multi(references, hypothesis).items()}


scorers = {name: rouge_scorer.RougeScorer(KINDS, use_stemmer=stems) for name, stems in (("english", False), ("english-stems", True))}
cases = [
    {
        "hypothesis": hypothesis,
        "references": references,
        "scores": {name: told(scorer, hypothesis, references) for name, scorer in scorers.items()},
    }
    for hypothesis, references in TEXTS + noise(9, 25)
]
stemmer = PorterStemmer()
text = json.dumps({"stems": {word: stemmer.stem(word) for word in words()}, "cases": cases}, ensure_ascii=False, separators=(",", ":"))
(HERE / "rouge.json").write_text(text + "\n", encoding="utf-8")
