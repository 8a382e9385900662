"""Writes machine-translation.json beside this file: what sacrebleu says of BLEU and chrF.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install sacrebleu==2.6.0
    /tmp/golden/bin/python tests/golden/make-machine-translation.py
"""

import json
import logging
import pathlib
import random

from sacrebleu.metrics import BLEU, CHRF

HERE = pathlib.Path(__file__).parent
logging.disable(logging.WARNING)

ENGLISH = [
    ("The cat sat on the mat.", ["The cat is on the mat.", "There is a cat on the mat."]),
    ("It costs $1,234.56 (about 10-12 % more), doesn't it?", ["It costs $1,234.56, about 10-12% more.", "It costs 1234 dollars."]),
    ("to be or not to be , that is the question", ["To be, or not to be: that is the question!", "to be or not to be"]),
    ("the the the the the the the", ["the cat is on the mat", "there is a cat on the mat"]),
    ("A &quot;quoted&quot; &lt;b&gt; &amp; word-\nbreak <skipped> e-mail@x.org/a_b", ["A \"quoted\" <b> & wordbreak e-mail@x.org/a_b", "a quoted word"]),
    ("Über   die Straße… naïve café, 3.5 – 4,5 km", ["Über die Straße … naive cafe, 3,5 - 4.5 km", "über Straßen"]),
    ("Israeli officials are responsible for airport security  \n", ["Airport security is in the hands of Israeli officials", "Israel is in charge"]),
    ("🙂 emoji 👩‍💻 and 𝒜 math", ["🙂 emojis 👩‍💻 and 𝒜 maths", "no emoji"]),
]
KOREAN = [
    ("나는 오늘 맛있는 밥을 먹었다.", ["나는 오늘 밥을 맛있게 먹었다.", "오늘 나는 밥을 먹었습니다."]),
    ("대화 상자에서 확인을 클릭합니다.", ["대화 상자에서 [확인]을 클릭하십시오.", "확인을 누릅니다."]),
    ("표 1.2의 값(3,000원)을 합니다", ["표 1.2 값(3,000 원)의 합계를 냅니다", "합계"]),
    ("비행기", ["비행기를 탔다", "기차"]),
]
ODD = [
    ("", ["something", "else"]),
    ("something", ["", "else"]),
    ("word", ["word", "words"]),
    ("a", ["a", "b"]),
    ("   ", [" ", "\t"]),
    ("no match here at all", ["entirely different words", "1 2 3"]),
    ("…", ["...", "!"]),
    ("a\x85b\u3000c\ufeffd", ["a b c d", "abcd"]),
    ("(hi) (hi", ["(hi), hi)", "hi"]),
]


def noise(seed, count):
    """Sentences of few words, so that n-grams repeat."""
    chance = random.Random(seed)
    words = "a b c d e cat dog, sat. 1,5 x-y 밥 을 Cat".split()

    def sentence():
        return " ".join(chance.choice(words) for _ in range(chance.randint(1, 14)))

    pairs = []
    for _ in range(count):
        first = sentence()
        changed = [chance.choice(words) if chance.random() < 0.3 else word for word in first.split()]
        pairs.append((" ".join(changed), [first, sentence()]))
    return pairs


SETS = {"English": ENGLISH, "Korean": KOREAN, "odd texts": ODD, "noise": noise(3, 12)}
BLEUS = [
    *({"tokenize": tokenize} for tokenize in ("13a", "none", "char")),
    *({"smooth_method": method} for method in ("none", "floor", "add-k", "exp")),
    {"smooth_method": "floor", "smooth_value": 0.01},
    {"smooth_method": "add-k", "smooth_value": 2},
    {"lowercase": True, "max_ngram_order": 2},
    {"effective_order": True},
]
CHRFS = [
    {},
    {"word_order": 2},
    {"word_order": 1, "whitespace": True},
    {"char_order": 3, "beta": 1, "lowercase": True},
    {"word_order": 2, "eps_smoothing": True},
]


def told(metric, hypotheses, references, keys):
    streams = [list(stream) for stream in zip(*references)]
    corpus = metric.corpus_score(hypotheses, streams)
    return {
        "corpus": {key: getattr(corpus, key) for key in keys},
        "signature": str(metric.get_signature()),
        "sentences": [metric.sentence_score(*pair).score for pair in zip(hypotheses, references)],
    }


def cases():
    for name, pairs in SETS.items():
        for count in (1, 2):
            hypotheses = [hypothesis for hypothesis, _ in pairs]
            references = [texts[:count] for _, texts in pairs]
            yield {
                "name": f"{name}, {count} references",
                "hypotheses": hypotheses,
                "references": references,
                "bleu": [
                    {"options": options, **told(BLEU(**options), hypotheses, references, ("score", "precisions", "bp", "sys_len", "ref_len"))}
                    for options in BLEUS
                ],
                "chrf": [
                    {"options": options, **told(CHRF(**options), hypotheses, references, ("score",))} for options in CHRFS
                ],
            }


text = json.dumps({"cases": list(cases())}, ensure_ascii=False, separators=(",", ":"))
(HERE / "machine-translation.json").write_text(text + "\n", encoding="utf-8")
