"""Golden data for tokenization, from Hugging Face tokenizers.

pip install tokenizers==0.23.3; python tests/golden/make-tokenization.py
Reads tokenization-corpus.json, writes wordpiece.json (vocabularies), tokenizer.json (as the library saves it) and
tokenization.json (normalised strings, words, encodings), all beside this file.

The library gives the "##" characters their ids in the order of a hash map that is seeded anew in each process, and ids
decide between equally frequent pairs, so one corpus gives vocabularies that differ by a few tokens. Two kinds of case:
"ordered" hands it the alphabet as special tokens, which fixes those ids, and the vocabulary is to be equal token by
token; "set" leaves it alone, and takes only sizes at which all of RUNS processes agree on the set.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
RUNS = 20
corpus = json.loads((HERE / "tokenization-corpus.json").read_text())


def bert(lowercase=True, strip_accents=False, cjk=True):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    bert_normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=cjk, strip_accents=strip_accents, lowercase=lowercase
    )
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), bert_normalizer])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def train(special, size, frequency, limit):
    tokenizer = bert()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, min_frequency=frequency, limit_alphabet=limit, special_tokens=special, show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.get)


def words_of(tokenizer, text):
    normalized = tokenizer.normalizer.normalize_str(text)
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normalized)]


words = Counter(word for text in corpus for word in words_of(bert(), text))
frequency = Counter(character for word in words.elements() for character in word)
by_frequency = [character for character, _ in frequency.most_common()]


def clear_limit(limit):
    """The next limit at which no equally frequent characters stand on both sides: there too a hash map would choose."""
    while frequency[by_frequency[limit - 1]] == frequency[by_frequency[limit]]:
        limit += 1
    return limit


def alphabet(limit):
    """Characters in the order of their code points, then those inside words."""
    kept = sorted(by_frequency[:limit])
    inside = {character for word in words for character in word[1:]}
    return kept + ["##" + character for character in kept if character in inside]


def lines(values):
    return "[\n" + ",\n".join(json.dumps(value, ensure_ascii=False) for value in values) + "\n]"


def write(name, text):
    (HERE / name).write_text(text + "\n")


SIZES = range(340, 545)
if sys.argv[1:] == ["run"]:  # the sizes once, in a process of its own
    print(json.dumps([sorted(train(SPECIAL, size, 2, 1000)) for size in SIZES]))
    sys.exit()

cases = []
for size, frequency, limit in [(500, 2, 1000), (700, 0, 1000), (10_000, 2, 1000), (10_000, 1, 1000), (20, 2, 1000), (300, 2, clear_limit(60))]:
    vocabulary = train(SPECIAL + alphabet(limit), size, frequency, limit)
    cases.append(dict(kind="ordered", vocabularySize=size, minimumFrequency=frequency, limitAlphabet=limit, vocabulary=vocabulary))
runs = [json.loads(subprocess.check_output([sys.executable, __file__, "run"])) for _ in range(RUNS)]
unanimous = [i for i in range(len(SIZES)) if all(run[i] == runs[0][i] for run in runs)]
print("sizes at which all runs agree:", [SIZES[i] for i in unanimous])
for i in unanimous[:: max(1, len(unanimous) // 4)]:
    cases.append(dict(kind="set", vocabularySize=SIZES[i], minimumFrequency=2, limitAlphabet=1000, vocabulary=runs[0][i]))
write("wordpiece.json", lines(cases))

tokenizer = bert()
tokenizer.model = models.WordPiece({token: i for i, token in enumerate(cases[0]["vocabulary"])}, unk_token="[UNK]")
tokenizer.add_special_tokens(SPECIAL)
tokenizer.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
)
tokenizer.decoder = decoders.WordPiece()
(HERE / "tokenizer.json").write_text(tokenizer.to_str(pretty=True))
tokenizer.encode_special_tokens = True  # what a text spells out is text

nasty = json.loads((HERE / "tokenization-strings.json").read_text())
settings = [(lower, strip, cjk) for lower in (True, False) for strip in (True, False) for cjk in (True, False)]
normalized = []
for lower, strip, cjk in settings:
    one = bert(lower, strip, cjk)
    texts = [one.normalizer.normalize_str(text) for text in nasty]
    words = [words_of(one, text) for text in nasty]
    normalized.append(dict(lowercase=lower, stripAccents=strip, spaceCjk=cjk, normalized=texts, words=words))
encodings = []
for text in nasty + corpus:
    full, pair = tokenizer.encode(text), tokenizer.encode(text, "a pair")
    tokenizer.enable_truncation(12)
    cut = tokenizer.encode(text)
    tokenizer.no_truncation()
    decoded = tokenizer.decode(full.ids)
    encodings.append(dict(ids=full.ids, tokens=full.tokens[1:-1], pair=pair.ids, cut=cut.ids, decoded=decoded))
write("tokenization.json", f'{{"normalized": {lines(normalized)},\n"encodings": {lines(encodings)}}}')
