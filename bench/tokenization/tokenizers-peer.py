"""Hugging Face tokenizers on the same files; answers request lines with what they took."""

import json
import resource
import sys
import time

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

files = json.loads(sys.argv[1])["files"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def train(size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=2,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train(files, trainer)
    return tokenizer


def encode(tokenizer, lines):
    return sum(len(encoding.ids) for encoding in tokenizer.encode_batch(lines, add_special_tokens=False))


prepared = None
for line in sys.stdin:
    request = json.loads(line)
    if request["work"] != "train" and prepared is None:
        prepared = train(8000), [line for file in files for line in open(file, encoding="utf-8", newline="\n")]
    start, before = time.perf_counter(), time.process_time()
    result = train(request["vocabularySize"]).get_vocab_size() if request["work"] == "train" else encode(*prepared)
    answer = {
        "seconds": time.perf_counter() - start,
        "processorSeconds": time.process_time() - before,
        "result": result,
        "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }
    print(json.dumps(answer), flush=True)
