"""datatrove's filters over the same documents; answers request lines with what they took and what they decided.

Korean words are told apart by spaCy's rules for any language, as ours are: datatrove's own choice, Kiwi, would count morphemes.
"""

import json
import sys
import time

from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.utils.word_tokenizers import SpaCyTokenizer

parameters = json.loads(sys.argv[1])
tokenizers = {"en": "eng", "ko": SpaCyTokenizer("xx")}


def open_filters(language):
    tokenizer, korean = tokenizers[language], parameters["korean"]
    own = language == "ko"
    gopher = {
        "min_avg_word_length": korean["minimumMeanLength"],
        "max_avg_word_length": korean["maximumMeanLength"],
        "stop_words": korean["stopWords"],
    }
    return {
        "gopher-repetition": GopherRepetitionFilter(language=tokenizer),
        "gopher-quality": GopherQualityFilter(language=tokenizer, **(gopher if own else {})),
        "c4-quality": C4QualityFilter(language=tokenizer, filter_no_terminal_punct=False),
        "fineweb-quality": FineWebQualityFilter(
            language=tokenizer, **({"short_line_length": korean["shortLineLength"]} if own else {})
        ),
    }


def decide(filters, text):
    document = Document(text=text, id="")
    for name, it in filters.items():
        result = it.filter(document)
        if result is not True:
            return f"{name} {result[1]}"
    return "keep"


prepared = {}
for line in sys.stdin:
    request = json.loads(line)
    language, every = request["language"], request["every"]
    if language not in prepared:
        texts = [json.loads(it) for it in open(parameters["files"][language], encoding="utf-8")]
        prepared[language] = open_filters(language), texts
        decide(prepared[language][0], "Loads the tokenizer.")
    filters, texts = prepared[language]
    start, before = time.perf_counter(), time.process_time()
    decisions = [decide(filters, text) for text in texts[::every]]
    answer = {
        "seconds": time.perf_counter() - start,
        "processorSeconds": time.process_time() - before,
        "decisions": decisions,
    }
    print(json.dumps(answer), flush=True)
