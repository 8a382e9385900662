"""trafilatura on the same pages, with the options of its own evaluation; answers request lines with what they took."""

import json
import sys
import time

from trafilatura import extract

with open(json.loads(sys.argv[1])["file"], encoding="utf-8") as file:
    pages = [json.loads(line)["html"] for line in file]

for line in sys.stdin:
    request = json.loads(line)
    start, before = time.perf_counter(), time.process_time()
    texts = [extract(page, include_comments=False, include_tables=True) or "" for page in pages]
    answer = {
        "seconds": time.perf_counter() - start,
        "processorSeconds": time.process_time() - before,
        "texts": texts if request["texts"] else [],
    }
    print(json.dumps(answer), flush=True)
