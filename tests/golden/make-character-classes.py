"""Asks Hugging Face tokenizers how BertNormalizer and BertPreTokenizer treat every code point.

pip install tokenizers==0.23.3; python tests/golden/make-character-classes.py > pipeline/tokenization/character-ranges.ts
"""

import textwrap

from tokenizers import normalizers, pre_tokenizers


def bert(**on):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**off, **on})


clean, cjk, accents = bert(clean_text=True), bert(handle_chinese_chars=True), bert(strip_accents=True)
words = pre_tokenizers.BertPreTokenizer()
characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


def ranges(belongs):
    found = []
    for code in (ord(c) for c in characters if belongs(c)):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return " ".join(f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in found)


# Characters whose decomposition is younger than the Unicode version of Hugging Face's crate, from Unicode 13 on.
YOUNG = "105c9 105e4 11383 11385 1138e 11391 113c5 113c7-113c8 11938 16121-16128 16d68-16d6a"

constants = {
    "droppedRanges": ("Cleaning removes them: control, format, private use, U+FFFD.", ranges(lambda c: clean.normalize_str(c) == "")),
    "spaceRanges": ("Cleaning turns them into a space.", ranges(lambda c: clean.normalize_str(c) == " ")),
    "cjkRanges": ("Ideographs that become words of their own.", ranges(lambda c: cjk.normalize_str(c) != c)),
    "markRanges": ("Non-spacing marks, removed where accents are stripped.", ranges(lambda c: accents.normalize_str(c) == "")),
    "punctuationRanges": ("Each is a word of its own.", ranges(lambda c: len(words.pre_tokenize_str(f"a{c}a")) == 3)),
    "undecomposedRanges": ("Left whole by Hugging Face, decomposed by newer Unicode versions.", YOUNG),
}

print("// Code point ranges in hexadecimal, as Hugging Face tokenizers 0.23 classes them: its tables are of an older")
print("// Unicode version than the engine's, and the engine's change with it. Made by tests/golden/make-character-classes.py.")
for name, (comment, value) in constants.items():
    print(f"\n/** {comment} */\nexport const {name} = `")
    print("\n".join(textwrap.wrap(value, 108)))
    print("`;")
