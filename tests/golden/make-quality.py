"""Golden data for the quality filters, from datatrove and the spaCy tokenizer that it counts words by.

pip install "datatrove[processing]==0.10.0" spacy==3.8.18; python tests/golden/make-quality.py
Writes quality.json beside this file: what each filter decides of each text, with what it leaves of it, and the words and the
number of sentences of single lines. Texts are made here, each for a rule; GOOD passes all of them.
"""

import json
from pathlib import Path

from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4ParagraphFilter,
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.utils.text import split_into_sentences, split_into_words
from datatrove.utils.word_tokenizers import SpaCyTokenizer

GOOD = """The old harbour lies to the north of the town, and most of its boats have been out since before dawn.
Nobody who lives here would be surprised to hear that the fish have gone further away with every warm summer.
"We used to be back for breakfast," says Martha Olsen, whose family has sailed from this quay since 1890.
Today her sons leave at two in the morning, come back late in the afternoon and sell what they have on the pier.
Is that still a living? She laughs, and points to the new roof of the house that stands behind the church!
Visitors from the city come on Saturdays, when the market fills the square with noise, smoke and cheap music.
"""
KOREAN = """항구는 마을 북쪽에 있고 배들은 대부분 해가 뜨기 전에 바다로 나간다.
이곳에 사는 사람이라면 여름이 더워질 때마다 고기가 더 멀리 간다는 말에 놀라지 않을 것이다.
예전에는 아침을 먹기 전에 돌아왔다고 한 어부가 말하는 동안 그 아들은 그물을 손질하고 있다.
요즘은 새벽 두 시에 나가서 오후 늦게 돌아와 잡은 것을 부두에서 바로 팔고 집으로 간다.
토요일이면 도시에서 온 손님들이 시장을 가득 채우고 음악 소리와 연기가 광장에 퍼진다.
그래도 살 만하냐고 물으면 그는 웃으면서 교회 뒤에 있는 새 지붕을 가리킨다.
"""
WORDS = ("harbour town boats dawn people summer breakfast family quay sons morning afternoon pier living roof house church "
         "visitors city market square noise smoke music water stones").split()


def numbered(count, template):
    return "\n".join(template.format(n=n, word=WORDS[n % len(WORDS)], other=WORDS[(7 * n + 3) % len(WORDS)]) for n in range(count))


LONG = "A line of prose that is long enough to be a paragraph goes on and on about the {word}, " * 3
LONG_DOCUMENT = {"piece": "the and of ", "times": 34_000}
texts = {
    "good": GOOD,
    "Korean": KOREAN,
    "blank": " \n\t\n",
    "short": "A short note to the town.",
    "long": LONG_DOCUMENT["piece"] * LONG_DOCUMENT["times"],
    "short words": "to be a b c d e f g h i j k l m n o p q r s t u v w x y z of an is it as at by do go he if in me my no on or so up us we am ax ox hi lo",
    "long words": " ".join(f"uninterruptedly{word}sandwiches" for word in WORDS * 3) + " and the of",
    "hashes": GOOD + "#tag " * 20,
    "ellipses": GOOD.replace(", ", "... ").replace(" to ", "… to ").replace(" the ", "… the "),
    "bullets": numbered(40, "- the {word} and number {n} of the {other}"),
    "other bullets": numbered(40, "• the {word} and number {n} of the {other}"),
    "open lines": numbered(20, "the {word} and the {other} of house {n} have gone..."),
    "numbers": GOOD + " ".join(str(n * n) for n in range(100)),
    "no stop words": " ".join(f"{word} {WORDS[(3 * n + 1) % len(WORDS)]} {n}x" for n, word in enumerate(WORDS * 3)),
    "repeated lines": GOOD + "Read more about it here.\n" * 12 + "\n".join(f"Line {n}." for n in range(6)),
    "repeated paragraphs": "\n\n".join(["The same paragraph stands here again."] * 4 + ["And another one, which is here but once."]),
    "long repeated paragraph": "\n\n".join(["One paragraph that goes on for quite a while, so that it counts."] * 2 + [f"P {n}" for n in range(9)]),
    "long repeated line": "\n".join(["One line that goes on for quite a while, so that it counts as well."] * 2 + [f"Line {n}" for n in range(9)]),
    "repeated pair": "of course " * 12 + GOOD[:300],
    "repeated three": " ".join(f"in the end {word}" for word in WORDS),
    "repeated four": " ".join(f"all for the good {word} {n}" for n, word in enumerate(WORDS)),
    "repeated runs": GOOD + GOOD[100:420].replace("\n", " "),
    "repeated long run": GOOD + GOOD[102:190].replace("\n", " "),
    "lorem ipsum": GOOD + "Lorem ipsum dolor sit amet, consectetur adipiscing elit.\n",
    "curly bracket": GOOD + "function go() { return 1; }.\n",
    "policy": GOOD + "By going on you accept our cookie policy. This site uses cookies to serve you.\nYou may read the Terms of Use.\n",
    "script": GOOD + "Please enable JavaScript in your browser.\n",
    "citations": GOOD.replace("dawn.", "dawn.[12]").replace("summer.", "summer.[edit]").replace("1890.", "1890.[citation needed]"),
    "fragments": GOOD + "Home\nAbout us\nContact\nTwo words.\n" + "x" * 1200 + " is a long word.\nIt goes on...\n",
    "few sentences": "One sentence stands here alone. Another one follows it.\nAnd so on\n",
    "lines without an end": numbered(30, "number {n} of the {word} and the {other} without an end"),
    "short lines": numbered(30, "The {word} no {n} of it."),
    "repeated once": GOOD + GOOD.split("\n")[2] + "\n",
    "list": "\n\n\n\n\n\n\n\n\n".join(GOOD.split("\n")),
    "three long paragraphs": "\n".join(LONG.format(word=word) for word in WORDS[:3]),
    "two long paragraphs": "\n".join(LONG.format(word=word) for word in WORDS[:2]) + "\nshort",
    "emoji": GOOD.replace(".", ". 👍👍") + "😀" * 40,
    "odd line ends": GOOD.replace("\n", "\u2028") + "\x85" + GOOD.replace("\n", "\r\n"),
    "full-width": GOOD.replace(".", "。").replace("!", "！"),
}
lines = [
    "I'm sure they'd've gone; don't you think so? It's 10am, e.g. now.",
    "Mr. Smith (aged 40) paid $3.50, i.e. 5% of it, to the U.S. at 5 p.m. on Mon., Jan. 3rd.",
    "see https://example.org/a_(b)?c=d#e, www.example.com. or mail ann@example.org!",
    "well-known state-of-the-art and/or re-use; 10-20, 3+4, x=y, a/b/c and C++.",
    "“Quoted,” she said — ‘not at all’ … and... then.. stopped",
    "so:) nice ;-) <3 >:( (._.) ^_^ ¯\\(ツ)/¯",
    "15km 3kg 20MB 7GB/s 100% 5m2 37°C. 12cm³",
    "foo.Bar foo.bar Foo,Bar foo:bar 1:2 #tag @user _under_ **bold** `code`",
    "the a. the b. and (c.) 'twas the dog's bone, dogs' bones; rock'n'roll y'all gonna",
    "Yes! No? Really?! \"Quite.\" (Indeed.) End.",
    "first.  second after two blanks.\tthird\u00a0fourth",
    "한국어는 띄어쓰기를 한다. 그래서 \"어절\"로 센다! (정말?) 10만 원, 50%…",
    "naïve café — ÜBER straße, ŁÓDŹ; Ελλάδα, Россия. 日本語です。中文！",
    "£5 5£ €10 10€ US$3 A.B.C. AB. ABC. Ab. a.b.c.",
    "1,000 1.5 1.500,00 +5 -5 5+ 2^3 2*3 a*b #1 No.1 v1.2.3",
    "'single' \"double\" ''two'' ``tick`` <tag> [x] {y} (z)",
    "x" * 300 + " " + "(" * 20 + "a" + ")" * 20,
    "can't cannot won't shan't he's He’s they’re that'll who'd How'd'y let's c'mon",
    "http://a 127.0.0.1 8.8.8.8 192.168.0.1:80/x a@b a@b.c user:pw@host.com:8080/p?q ftp://x.y.zz",
    "··· ~~~ === --- *** ... ?!?! ,,, ;;",
]
tokenizers = {"en": "eng", "ko": SpaCyTokenizer("xx")}
ko = {"min_avg_word_length": 1.8, "max_avg_word_length": 7,
      "stop_words": "이 그 수 것 것이다 등 및 또는 그리고 있는 있다 있습니다 한 할 하는 하고 합니다 더 위해 대한 경우 때".split()}


def open_filters(language):
    tokenizer, own = tokenizers[language], language == "ko"
    return {
        "gopher-repetition": GopherRepetitionFilter(language=tokenizer),
        "gopher-quality": GopherQualityFilter(language=tokenizer, **(ko if own else {})),
        "c4-quality": C4QualityFilter(language=tokenizer),
        "c4-paragraphs": C4ParagraphFilter(),
        "fineweb-quality": FineWebQualityFilter(language=tokenizer, **({"short_line_length": 15} if own else {})),
    }


def decide(it, text):
    document = Document(text=text, id="")
    result = it.filter(document)
    if result is not True:
        return {"reason": result[1]}
    if document.text == text:
        return {}
    return {"text": document.text}


cases = []
for name, text in texts.items():
    for language in ["ko"] if name == "Korean" else ["en", "ko"] if name in ("good", "emoji", "full-width") else ["en"]:
        decisions = {step: decide(it, text) for step, it in open_filters(language).items() if name != "long" or step == "gopher-quality"}
        text_as = {"repeated": LONG_DOCUMENT} if name == "long" else {"text": text}
        cases.append({"name": name, "language": language, **text_as, "decisions": decisions})
words = [
    {"language": language, "line": line, "words": split_into_words(line, tokenizers[language]),
     "sentences": len(split_into_sentences(line, tokenizers[language]))}
    for language in tokenizers for line in lines
]
output = {"documents": cases, "lines": words}
path = Path(__file__).with_name("quality.json")
path.write_text(json.dumps(output, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
found = {it["reason"] for case in cases for it in case["decisions"].values() if it and "reason" in it}
print(len(cases), len(words), sorted(found))
