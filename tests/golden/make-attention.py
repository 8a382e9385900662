"""Makes tests/golden/attention.json: the attention weights of the models in tests/golden/bert/ and gpt2/.

Run in an environment with torch and transformers, after make-bert.py and make-gpt2.py:
python tests/golden/make-attention.py
"""

import json
import pathlib

import torch
import transformers
from transformers import BertForSequenceClassification, GPT2LMHeadModel

HERE = pathlib.Path(__file__).parent


def weights(cls, folder, inputs):
    model = cls.from_pretrained(HERE / folder, attn_implementation="eager").eval()
    with torch.no_grad():
        attentions = model(**inputs, output_attentions=True).attentions
    # A layer a line, flattened: texts, heads, queries, keys.
    return [[round(weight, 7) for weight in layer.flatten().tolist()] for layer in attentions]


def main():
    bert = json.loads((HERE / "bert" / "classifier.json").read_text())
    ids = torch.tensor(bert["ids"])
    mask = (torch.arange(ids.shape[1])[None, :] < torch.tensor(bert["lengths"])[:, None]).long()
    gpt2 = json.loads((HERE / "gpt2.json").read_text())
    layers = {
        "bert": weights(BertForSequenceClassification, "bert/classifier", {"input_ids": ids, "attention_mask": mask}),
        "gpt2": weights(GPT2LMHeadModel, "gpt2", {"input_ids": torch.tensor(gpt2["ids"])}),
    }
    made = {"torch": torch.__version__, "transformers": transformers.__version__}
    lines = [f'"made": {json.dumps(made)}']
    for name, rows in layers.items():
        lines.append(f'"{name}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]")
    (HERE / "attention.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
