# Pairs of texts with the similarity that sets of their shingles have, what datasketch estimates it to be, and whether its
# index proposes the pair, for tests/unit/pipeline/cleaning/duplicates/golden.test.ts:
#   python3 -m venv venv && venv/bin/pip install datasketch==2.0.0 && venv/bin/python tests/golden/make-near-duplicates.py
import json
import random
import unicodedata
from pathlib import Path

from datasketch import MinHash, MinHashLSH

CHARACTERS = 5
THRESHOLD = 0.8
BANDS, ROWS = 21, 6
PERMUTATIONS = 128
ENGLISH = (
    "river stone market winter paper window garden letter harbour morning copper engine valley summer bridge "
    "question silver mountain answer kitchen forest machine evening candle station butter number island yellow".split()
)
KOREAN = "강물 시장 겨울 종이 창문 정원 편지 항구 아침 구리 기관 골짜기 여름 다리 질문 은빛 산길 대답 부엌 숲속 기계 저녁 촛불 역전 숫자".split()


def normalized(text: str) -> str:
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in text.lower())
    return " ".join("".join(kept).split())


def shingles(text: str) -> set[str]:
    plain = normalized(text)
    size = min(CHARACTERS, len(plain))
    return {plain[at : at + size] for at in range(len(plain) - size + 1)} if size else set()


def signature(of: set[str]) -> MinHash:
    made = MinHash(num_perm=PERMUTATIONS, seed=1)
    for shingle in of:
        made.update(shingle.encode())
    return made


def pair(draw: random.Random, words: list[str], rate: float) -> dict:
    left = [draw.choice(words) + str(draw.randrange(30)) for _ in range(70)]
    right = [draw.choice(words).upper() + "!" if draw.random() < rate else word for word in left]
    texts = " ".join(left), ", ".join(right)
    a, b = shingles(texts[0]), shingles(texts[1])
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, params=(BANDS, ROWS))
    index.insert("left", signature(a))
    return {
        "left": texts[0],
        "right": texts[1],
        "jaccard": len(a & b) / len(a | b),
        "estimate": signature(a).jaccard(signature(b)),
        "proposed": index.query(signature(b)) == ["left"],
    }


draw = random.Random(7)
pairs = [
    pair(draw, words, rate)
    for words in (ENGLISH, KOREAN)
    for rate in (0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.08, 0.09, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5, 0.8, 1)
    for _ in range(2)
]
golden = {
    "characters": CHARACTERS,
    "threshold": THRESHOLD,
    "bands": BANDS,
    "rows": ROWS,
    "pairs": pairs,
}
Path(__file__).with_name("near-duplicates.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
