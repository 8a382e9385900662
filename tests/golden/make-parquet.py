"""Golden Parquet files, as Apache Arrow writes them.

pip install pyarrow==21.0.0; python tests/golden/make-parquet.py
Writes parquet.json: for each codec and each version of data pages a file of 60 rows in groups of 25, in base64, and the
rows that are in all of them.
"""

import base64
import datetime
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
ROWS = 60
texts = [None if row == 7 else f"row {row}: 한글 text, “quoted” — {'again ' * (row % 5)}" for row in range(ROWS)]
times = [datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(hours=row) for row in range(ROWS)]
table = pa.table(
    {
        "other": pa.array(range(ROWS), pa.int32()),
        "text": pa.array(texts),
        "key": pa.array([row * 10 for row in range(ROWS)], pa.int64()),
        "at": pa.array(times, pa.timestamp("us", tz="UTC")),
        "class": pa.array([["ham", "spam"][row % 2] for row in range(ROWS)]).dictionary_encode(),
    }
)
files = {}
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    for page in ["1.0", "2.0"]:
        out = io.BytesIO()
        pq.write_table(table, out, compression=codec, data_page_version=page, row_group_size=25)
        files[f"{codec}-{page}"] = base64.b64encode(out.getvalue()).decode()
rows = [
    {"text": text, "id": str(row * 10), "time": times[row].isoformat().replace("+00:00", ".000Z"), "label": ["ham", "spam"][row % 2]}
    for row, text in enumerate(texts)
]
(HERE / "parquet.json").write_text(json.dumps({"files": files, "rows": rows}, ensure_ascii=False) + "\n")
