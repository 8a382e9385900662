"""Golden data for byte-level BPE, from Hugging Face tokenizers.

pip install tokenizers==0.23.3; python tests/golden/make-bpe.py
Reads tokenization-corpus.json and tokenization-strings.json, writes bpe.json: what the trainer learned at several
settings, words as GPT-2's pattern splits them, encodings by the first setting; and bpe-tokenizer.json, as the library
saves it.
"""

import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
corpus = json.loads((HERE / "tokenization-corpus.json").read_text())
nasty = json.loads((HERE / "tokenization-strings.json").read_text())


def train(size, frequency, special=SPECIAL):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=frequency,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def learned(tokenizer):
    vocabulary = tokenizer.get_vocab()
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return dict(vocabulary=sorted(vocabulary, key=vocabulary.get), merges=merges)


cases = []
for size, frequency, special in [(500, 2, SPECIAL), (10_000, 2, SPECIAL), (10_000, 1, ["<|endoftext|>"]), (20, 2, SPECIAL)]:
    options = dict(vocabularySize=size, minimumFrequency=frequency, specialTokens=special)
    cases.append(dict(options=options, **learned(train(size, frequency, special))))

tokenizer = train(500, 2)
tokenizer.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
)
(HERE / "bpe-tokenizer.json").write_text(tokenizer.to_str(pretty=True))
tokenizer.encode_special_tokens = True  # what a text spells out is text
texts = nasty + corpus
words = []
for text in texts:
    data = tokenizer.normalizer.normalize_str(text)
    words.append([data[start:end] for _, (start, end) in tokenizer.pre_tokenizer.pre_tokenize_str(data)])
encodings = [dict(ids=tokenizer.encode(text).ids, decoded=tokenizer.decode(tokenizer.encode(text).ids)) for text in texts]


def lines(values):
    return "[\n" + ",\n".join(json.dumps(value, ensure_ascii=False) for value in values) + "\n]"


(HERE / "bpe.json").write_text(
    f'{{"cases": {lines(cases)},\n"words": {lines(words)},\n"encodings": {lines(encodings)}}}\n'
)
