"""Makes tests/golden/adafactor.json: steps of transformers' Adafactor (Shazeer & Stern 2018) without its relative step
and its scaling by parameters, after clipping, on a matrix that decays and a vector that does not.

Run in an environment with torch and transformers:  python tests/golden/make-adafactor.py
"""

import json
import pathlib

import torch
import transformers
from transformers.optimization import Adafactor

torch.manual_seed(5)
LEARNING_RATES = [0.01, 0.02, 0.015, 0.005]
matrix = torch.nn.Parameter(torch.randn(3, 4))
vector = torch.nn.Parameter(torch.randn(5))


def flat():
    return torch.cat([matrix.flatten(), vector]).tolist()


start = flat()
optimizer = Adafactor(
    [{"params": [matrix], "weight_decay": 0.1}, {"params": [vector], "weight_decay": 0.0}],
    lr=0.01, scale_parameter=False, relative_step=False, warmup_init=False, clip_threshold=1.0,
)
steps = []
for number, rate in enumerate(LEARNING_RATES):
    # One is shorter than the clipping norm; one has an update that Adafactor itself clips.
    gradient = torch.randn(17) * [2.0, 0.02, 2.0, 30.0][number]
    matrix.grad, vector.grad = gradient[:12].reshape(3, 4).clone(), gradient[12:].clone()
    norm = torch.nn.utils.clip_grad_norm_([matrix, vector], 1.0)
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.step()
    steps.append({
        "learningRate": rate, "gradient": gradient.tolist(), "norm": norm.item(), "parameters": flat(),
        "rowMoments": optimizer.state[matrix]["exp_avg_sq_row"].tolist(),
        "columnMoments": optimizer.state[matrix]["exp_avg_sq_col"].tolist(),
        "secondMoments": optimizer.state[vector]["exp_avg_sq"].tolist(),
    })
made = {"torch": torch.__version__, "transformers": transformers.__version__}
golden = {"made": made, "weightDecay": 0.1, "start": start, "steps": steps}
(pathlib.Path(__file__).parent / "adafactor.json").write_text(json.dumps(golden, indent=1) + "\n")
