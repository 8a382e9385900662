"""Makes tests/golden/gpt2/: a tiny random GPT-2 as transformers saves it, with its logits, loss and gradients.

Run in an environment with torch and transformers:  python tests/golden/make-gpt2.py
"""

import json
import pathlib

import torch
import transformers
from transformers import GPT2Config, GPT2LMHeadModel

HERE = pathlib.Path(__file__).parent / "gpt2"


def make():
    torch.manual_seed(7)
    config = GPT2Config(
        vocab_size=50, n_embd=24, n_layer=2, n_head=3, n_positions=16, initializer_range=0.3,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
    )
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():  # the initial zeros and ones would hide mistakes
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    model.save_pretrained(HERE)
    for file in HERE.iterdir():
        if file.name not in ("config.json", "model.safetensors"):
            file.unlink()
    torch.manual_seed(11)
    ids = torch.randint(0, 50, (2, 9))
    logits = model(input_ids=ids).logits
    targets = torch.randint(0, 50, (2, 9))
    loss = torch.nn.functional.cross_entropy(logits.reshape(-1, 50), targets.reshape(-1))
    loss.backward()
    gradients = {n: p.grad for n, p in model.named_parameters()}
    golden = {
        "made": {"torch": torch.__version__, "transformers": transformers.__version__},
        "ids": ids.tolist(), "targets": targets.tolist(),
        "logits": logits.reshape(-1, 50).tolist(), "loss": loss.item(),
        # Of each parameter's gradient the norm, and its product with 1, 1/2, 1/3, …, which tells a permutation.
        "gradients": {
            n: [g.double().norm().item(), (g.double().flatten() / torch.arange(1, g.numel() + 1)).sum().item()]
            for n, g in sorted(gradients.items())
        },
    }
    (HERE.parent / "gpt2.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    make()
