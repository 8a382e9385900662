"""Makes tests/golden/embeddings.json: mean-pooled, normalised hidden states of tests/golden/bert/classifier by transformers.

Made with torch==2.15.0 and transformers==5.24.0:  python tests/golden/make-embeddings.py
"""

import json
import pathlib

import torch
import transformers
from transformers import BertForSequenceClassification

HERE = pathlib.Path(__file__).parent

model = BertForSequenceClassification.from_pretrained(HERE / "bert" / "classifier").eval()
golden = json.loads((HERE / "bert" / "classifier.json").read_text())
ids, lengths = torch.tensor(golden["ids"]), torch.tensor(golden["lengths"])
mask = (torch.arange(ids.shape[1])[None, :] < lengths[:, None]).float()
with torch.no_grad():
    states = model.bert(input_ids=ids, attention_mask=mask.long()).last_hidden_state
mean = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
vectors = torch.nn.functional.normalize(mean, dim=1)
(HERE / "embeddings.json").write_text(json.dumps({
    "made": {"torch": torch.__version__, "transformers": transformers.__version__},
    "vectors": vectors.tolist(),
}) + "\n")
