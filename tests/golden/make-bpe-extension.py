"""Golden data for byte-level BPE that is extended on another corpus, from Hugging Face tokenizers.

pip install tokenizers==0.23.3; python tests/golden/make-bpe-extension.py
The library has no trainer that goes on. Here its trainer learns from words that bpe-tokenizer.json has split already, each
old token being a letter of its alphabet: what it merges are pairs of old tokens. Reads bpe-tokenizer.json and
tokenization-strings.json, writes bpe-extension.json: the corpus, what was learned at several settings, and encodings by the
first of them.
"""

import json
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = Path(__file__).parent
nasty = json.loads((HERE / "tokenization-strings.json").read_text())
document = json.loads((HERE / "bpe-tokenizer.json").read_text())
old = Tokenizer.from_file(str(HERE / "bpe-tokenizer.json"))
size = old.get_vocab_size()
tokens = [old.id_to_token(index) for index in range(size)]

corpus = [
    "The myocardial infarction was followed by cardiac arrhythmia; the cardiologist ordered an electrocardiogram.",
    "Electrocardiograms of patients with myocardial infarction and with cardiac arrhythmia differ.",
    "A cardiologist reads electrocardiograms, an arrhythmia is treated, an infarction is not cured.",
    "심근경색 환자의 심전도를 심장내과 의사가 읽었다.",
    "심장내과 의사는 부정맥 환자와 심근경색 환자를 진료한다.",
    "부정맥 환자의 심전도는 심근경색 환자의 심전도와 다르다.",
    "The dosage was 12.5 mg, then 12.5 mg twice; the patient's arrhythmia didn't return.",
]

FIRST = 0xF0000  # private use: a letter for each old token


def letter(token):
    return chr(FIRST + token)


def spelled(text):
    for word, _ in old.pre_tokenizer.pre_tokenize_str(old.normalizer.normalize_str(text)):
        yield "".join(letter(token.id) for token in old.model.tokenize(word))


def extend(wanted, frequency):
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    alphabet = [letter(token) for token in range(size)]
    inner.train_from_iterator(
        [" ".join(spelled(text)) for text in corpus],
        trainers.BpeTrainer(
            vocab_size=wanted, min_frequency=frequency, initial_alphabet=alphabet, special_tokens=[], show_progress=False
        ),
    )
    ids = inner.get_vocab()
    learned = sorted(ids, key=ids.get)
    assert learned[:size] == alphabet
    parts = [[ord(character) - FIRST for character in token] for token in learned[size:]]

    def text(letters):
        return "".join(tokens[ord(character) - FIRST] for character in letters)

    added = [text(token) for token in learned[size:]]
    assert len({*tokens, *added}) == size + len(added), "a token by two ways: ours leaves such a merge out"
    merges = [[text(left), text(right)] for left, right in json.loads(inner.to_str())["model"]["merges"]]
    return dict(added=added, merges=merges, parts=parts)


cases = []
for wanted, frequency in [(size + 60, 2), (10_000, 2), (10_000, 4)]:
    cases.append(dict(options=dict(vocabularySize=wanted, minimumFrequency=frequency), **extend(wanted, frequency)))

first = cases[0]
document["model"]["vocab"] = {token: index for index, token in enumerate(tokens + first["added"])}
document["model"]["merges"] += first["merges"]
extended = Tokenizer.from_str(json.dumps(document))
extended.encode_special_tokens = True  # what a text spells out is text
encodings = [dict(text=text, ids=extended.encode(text).ids) for text in corpus + nasty]


def lines(values):
    return "[\n" + ",\n".join(json.dumps(value, ensure_ascii=False) for value in values) + "\n]"


(HERE / "bpe-extension.json").write_text(
    f'{{"corpus": {lines(corpus)},\n"cases": {lines(cases)},\n"encodings": {lines(encodings)}}}\n'
)
