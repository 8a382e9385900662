"""Golden data for the repair of mojibake, from ftfy.

pip install ftfy==6.3.1; python tests/golden/make-mojibake.py
Writes mojibake.json beside this file: texts as a wrong table left them, and what ftfy's fix_encoding makes of them. Texts that are
right stand among them, and are to stay. Korean EUC-KR read as Latin-1 is none of ftfy's cases; there the text itself is the judge.
"""

import json
from pathlib import Path

import ftfy.bad_codecs  # noqa: F401, for sloppy-windows-1252
from ftfy import fix_encoding

right = """café|naïve — “quoted” … it’s €5|안녕하세요, 반갑습니다.|Привет мир|日本語のテキスト|schön Straße Größe|👍 good 🎉|señor, ¡olé!|Łódź jest piękna|½ © ®
voilà…|«CAFÉ»|ÄÖÜ ÄÖÜß|50° §3 ½|ÉTÉ|à côté|El Niño|Ã|plain ASCII stays <b>as</b> it is & was|한국어와 English를 섞어 쓴다|Đà Nẵng|Ñandú|ﬁn — fin
Τι κάνεις;|שלום|مرحبا|naïveté of the première|“smart” ‘quotes’|price: 5 €/m²|x² + y² = z²|100 µm|Ωmega|™ and ©|ÇÉÈ|Ünïcödé""".replace("\n", "|").split("|")
korean = ["안녕하세요 반갑습니다", "대한민국의 수도는 서울이다.", "가격은 3,000원(부가세 포함)입니다"]

cases = [{"text": text, "fixed": fix_encoding(text)} for text in right]
for text in right[:10]:
    for table in ("sloppy-windows-1252", "latin-1"):
        bad = text.encode("utf-8").decode(table)
        cases.append({"text": bad, "fixed": fix_encoding(bad)})
        if table != "latin-1":
            twice = bad.encode("utf-8").decode(table)
            cases.append({"text": twice, "fixed": fix_encoding(twice)})
for text in korean:
    cases.append({"text": text.encode("euc-kr").decode("latin-1"), "fixed": text})
path = Path(__file__).with_name("mojibake.json")
lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
print(len(cases), "cases;", sum(case["text"] != case["fixed"] for case in cases), "mended")
