"""Makes tests/golden/adamw.json: steps of torch.optim.AdamW after clipping, on parameters with and without decay, and
the moving average of the parameters by torch.optim.swa_utils.

Run in an environment with torch:  python tests/golden/make-adamw.py
"""

import json
import pathlib

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.manual_seed(3)
LEARNING_RATES = [0.01, 0.02, 0.015, 0.005]
AVERAGING_DECAY = 0.7
decayed = torch.nn.Parameter(torch.randn(5))
plain = torch.nn.Parameter(torch.randn(3))
start = torch.cat([decayed, plain]).tolist()
optimizer = torch.optim.AdamW(
    [{"params": [decayed], "weight_decay": 0.1}, {"params": [plain], "weight_decay": 0.0}], lr=0.01
)
averaged = AveragedModel(torch.nn.ParameterList([decayed, plain]), multi_avg_fn=get_ema_multi_avg_fn(AVERAGING_DECAY))
steps = []
for number, rate in enumerate(LEARNING_RATES):
    gradient = torch.randn(8) * (0.1 if number == 2 else 2.0)  # one is shorter than the clipping norm
    decayed.grad, plain.grad = gradient[:5].clone(), gradient[5:].clone()
    norm = torch.nn.utils.clip_grad_norm_([decayed, plain], 1.0)
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    averaged.update_parameters(torch.nn.ParameterList([decayed, plain]))
    steps.append({
        "learningRate": rate, "gradient": gradient.tolist(), "norm": norm.item(),
        "parameters": torch.cat([decayed, plain]).tolist(),
        "averages": torch.cat(list(averaged.module)).tolist(),
    })
golden = {
    "made": {"torch": torch.__version__}, "weightDecay": 0.1, "averaging": {"decay": AVERAGING_DECAY},
    "start": start, "steps": steps,
}
(pathlib.Path(__file__).parent / "adamw.json").write_text(json.dumps(golden, indent=1) + "\n")
