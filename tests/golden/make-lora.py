"""Makes tests/golden/lora.json: peft's adapters beside the GPT-2 of tests/golden/gpt2, its logits, loss and gradients, and
the weights that merge_and_unload leaves.

Run in an environment with torch, transformers and peft, after make-gpt2.py:  python tests/golden/make-lora.py
"""

import json
import pathlib

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import GPT2LMHeadModel

HERE = pathlib.Path(__file__).parent
CASES = {
    "default": {"r": 4, "lora_alpha": 8},
    "all": {"r": 3, "lora_alpha": 5, "target_modules": ["c_attn", "c_proj", "c_fc"]},
}


def summary(tensor):
    """The norm, and the product with 1, 1/2, 1/3, …, which tells a permutation."""
    flat = tensor.detach().double().flatten()
    return [flat.norm().item(), (flat / torch.arange(1, flat.numel() + 1)).sum().item()]


def rounded(tensor, digits):
    return [round(value, digits) for value in tensor.detach().flatten().tolist()]


def plain(name):
    return name.removeprefix("base_model.model.").replace(".default.weight", ".weight").replace(".base_layer", "")


def make(options, ids, targets):
    base = GPT2LMHeadModel.from_pretrained(HERE / "gpt2").eval()
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", fan_in_fan_out=True, **options)).eval()
    adapters = {plain(n): p for n, p in model.named_parameters() if p.requires_grad}
    bounds = {n: p.abs().max().item() for n, p in adapters.items()}  # before any is moved
    torch.manual_seed(13)
    with torch.no_grad():  # B starts at zero, which would hide mistakes; few digits, so that the file holds what was run
        for parameter in adapters.values():
            parameter.copy_((0.3 * torch.randn_like(parameter) * 1000).round() / 1000)
    logits = model(input_ids=ids).logits.reshape(-1, 50)
    loss = torch.nn.functional.cross_entropy(logits, targets.reshape(-1))
    loss.backward()
    golden = {
        "rank": options["r"], "alpha": options["lora_alpha"],
        "targets": sorted(model.peft_config["default"].target_modules),
        "bounds": bounds,
        "adapters": {n: rounded(p, 3) for n, p in adapters.items()},
        "shapes": {n: list(p.shape) for n, p in adapters.items()},
        "logits": [rounded(row, 6) for row in logits], "loss": loss.item(),
        "gradients": {n: summary(p.grad) for n, p in adapters.items()},
    }
    merged = model.merge_and_unload()
    golden["merged"] = {n: summary(p) for n, p in merged.named_parameters()}
    golden["first"] = merged.transformer.h[1].attn.c_attn.weight.detach()[:2].tolist()
    return golden


if __name__ == "__main__":
    numbers = json.loads((HERE / "gpt2.json").read_text())
    made = {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__}
    ids, targets = torch.tensor(numbers["ids"]), torch.tensor(numbers["targets"])
    cases = {name: make(options, ids, targets) for name, options in CASES.items()}
    (HERE / "lora.json").write_text(json.dumps({"made": made, "cases": cases}, indent=1) + "\n")
