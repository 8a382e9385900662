"""Makes tests/golden/adamw.json: steps of torch.optim.AdamW after clipping, on parameters with and without decay.

Run in an environment with torch:  python tests/golden/make-adamw.py
"""

import json
import pathlib

import torch

torch.manual_seed(3)
LEARNING_RATES = [0.01, 0.02, 0.015, 0.005]
decayed = torch.nn.Parameter(torch.randn(5))
plain = torch.nn.Parameter(torch.randn(3))
start = torch.cat([decayed, plain]).tolist()
optimizer = torch.optim.AdamW(
    [{"params": [decayed], "weight_decay": 0.1}, {"params": [plain], "weight_decay": 0.0}], lr=0.01
)
steps = []
for number, rate in enumerate(LEARNING_RATES):
    gradient = torch.randn(8) * (0.1 if number == 2 else 2.0)  # one is shorter than the clipping norm
    decayed.grad, plain.grad = gradient[:5].clone(), gradient[5:].clone()
    norm = torch.nn.utils.clip_grad_norm_([decayed, plain], 1.0)
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    steps.append({
        "learningRate": rate, "gradient": gradient.tolist(), "norm": norm.item(),
        "parameters": torch.cat([decayed, plain]).tolist(),
    })
golden = {"made": {"torch": torch.__version__}, "weightDecay": 0.1, "start": start, "steps": steps}
(pathlib.Path(__file__).parent / "adamw.json").write_text(json.dumps(golden, indent=1) + "\n")
