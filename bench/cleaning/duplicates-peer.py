"""Near-duplicates by datasketch, or by datatrove's three stages, of the same shingles; a line in, a line out."""

import json
import os
import shutil
import struct
import sys
import tempfile
import time
import unicodedata
from pathlib import Path

parameters = json.loads(sys.argv[1])
CHARACTERS, SIMILARITY = parameters["characters"], parameters["similarity"]
PERMUTATIONS = 128
kinds = {}


def is_word(character):
    known = kinds.get(character)
    if known is None:
        known = kinds[character] = unicodedata.category(character)[0] in "LMN"
    return known


def shingles(text):
    plain = " ".join("".join(c if is_word(c) else " " for c in text.lower()).split())
    size = min(CHARACTERS, len(plain))
    return {plain[at : at + size] for at in range(len(plain) - size + 1)} if size else set()


def by_datasketch(texts):
    """As its documentation has it: a document whose query finds another is a duplicate, others are inserted."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=SIMILARITY, num_perm=PERMUTATIONS)
    duplicates = []
    for at, text in enumerate(texts):
        signature = MinHash(num_perm=PERMUTATIONS)
        signature.update_batch([shingle.encode() for shingle in shingles(text)])
        if index.query(signature):
            duplicates.append(at)
        else:
            index.insert(at, signature)
    return duplicates


def by_datatrove(texts):
    """Signatures, buckets and clusters over files, with its defaults of 14 buckets of 8."""
    os.environ["TQDM_DISABLE"] = "1"
    import numpy as np
    from loguru import logger
    from datatrove.data import Document
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig

    logger.remove()

    class Signature(MinhashDedupSignature):
        def get_shingles(self, text):
            hashes = [self._hash_func(shingle) for shingle in shingles(text)]
            return np.fromiter(hashes, dtype=np.uint64).reshape((-1, 1))

    folder = Path(tempfile.mkdtemp())
    try:
        config = MinhashConfig()
        names = [str(folder / name) for name in ("signatures", "buckets", "removed")]
        Signature(names[0], config=config).run(Document(text=text, id=str(at)) for at, text in enumerate(texts))
        for bucket in range(config.num_buckets):
            MinhashDedupBuckets(names[0], names[1], config=config).run(rank=bucket, world_size=config.num_buckets)
        MinhashDedupCluster(names[1], names[2], config=config).run()
        removed = Path(names[2], "000000.remove")
        return [at for (at,) in struct.iter_unpack("<I", removed.read_bytes())] if removed.exists() else []
    finally:
        shutil.rmtree(folder)


find = {"datasketch": by_datasketch, "datatrove": by_datatrove}[parameters["peer"]]
texts = [json.loads(line) for line in open(parameters["file"], encoding="utf-8")]
for _ in sys.stdin:
    start, before = time.perf_counter(), time.process_time()
    duplicates = find(texts)
    answer = {
        "seconds": time.perf_counter() - start,
        "processorSeconds": time.process_time() - before,
        "duplicates": duplicates,
    }
    print(json.dumps(answer), flush=True)
