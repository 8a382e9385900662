"""Makes tests/golden/bert/: three tiny random models as transformers saves them, with their logits and gradients.

Run in an environment with torch and transformers:  python tests/golden/make-bert.py
"""

import json
import pathlib

import torch
import transformers
from transformers import (
    BertConfig, BertForMaskedLM, BertForSequenceClassification, BertForTokenClassification,
)

HERE = pathlib.Path(__file__).parent / "bert"
LENGTHS = [12, 5, 1, 9]


def make(name, cls, **extra):
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=60, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
        max_position_embeddings=16, initializer_range=0.3, **extra,
    )
    model = cls(config).eval()
    with torch.no_grad():  # the initial zeros and ones would hide mistakes
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    model.save_pretrained(HERE / name)
    for file in (HERE / name).iterdir():
        if file.name not in ("config.json", "model.safetensors"):
            file.unlink()
    torch.manual_seed(11)
    length = max(LENGTHS)
    ids = torch.randint(1, 60, (len(LENGTHS), length))  # not 0: PyTorch holds back the gradient of [PAD]
    mask = torch.arange(length)[None, :] < torch.tensor(LENGTHS)[:, None]
    if cls is BertForMaskedLM:
        positions = [0, 3, 14, 24, 30, 44]
        targets = torch.randint(0, 60, (len(positions),))
        logits = model(input_ids=ids, attention_mask=mask.long()).logits.reshape(-1, 60)[positions]
    elif cls is BertForTokenClassification:
        positions, targets = None, torch.randint(0, config.num_labels, (ids.numel(),))
        logits = model(input_ids=ids, attention_mask=mask.long()).logits.reshape(-1, config.num_labels)
    else:
        positions, targets = None, torch.tensor([0, 2, 1, 1])
        logits = model(input_ids=ids, attention_mask=mask.long()).logits
    loss = torch.nn.functional.cross_entropy(logits, targets, label_smoothing=0.1)
    loss.backward()
    gradients = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    golden = {
        "made": {"torch": torch.__version__, "transformers": transformers.__version__},
        "ids": ids.tolist(), "lengths": LENGTHS, "positions": positions, "targets": targets.tolist(),
        "logits": logits.tolist(), "loss": loss.item(),
        # Of each parameter's gradient the norm, and its product with 1, 1/2, 1/3, …, which tells a permutation.
        "gradients": {
            n: [g.double().norm().item(), (g.double().flatten() / torch.arange(1, g.numel() + 1)).sum().item()]
            for n, g in sorted(gradients.items())
        },
    }
    (HERE / f"{name}.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    make("classifier", BertForSequenceClassification, id2label={0: "ham", 1: "spam", 2: "odd"})
    make("masked", BertForMaskedLM)
    make("tagger", BertForTokenClassification, id2label={0: "O", 1: "B-PER", 2: "I-PER"})
