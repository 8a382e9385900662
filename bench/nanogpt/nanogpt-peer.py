# A GPT-2 in PyTorch, trained by nanoGPT's recipe (github.com/karpathy/nanoGPT, train.py): normal weights of 0.02, those that
# end a residual branch smaller by the root of their number; AdamW with betas 0.9 and 0.95, decay of 0.1 on matrices alone;
# gradients clipped at 1. Batches and learning rates are told. Answers its line with what came of it.
import json
import math
import pathlib
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

told = json.loads(sys.argv[1])
shape = told["spec"]["model"]
layers, width, heads, length = (shape[name] for name in ("layers", "hiddenSize", "heads", "contextLength"))
vocabulary, batch = told["vocabularySize"], told["options"]["batchSize"]
torch.set_num_threads(told["threads"])
torch.manual_seed(told["spec"]["training"]["seed"])
NOTHING = -1


def read(name, dtype):
    content = (pathlib.Path(told["folder"]) / name).read_bytes()
    return torch.frombuffer(bytearray(content), dtype=dtype)


ids = read("ids.bin", torch.int16).long() & 0xFFFF
order = read("order.bin", torch.int32).long()
rates = read("rates.bin", torch.float64).tolist()


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.before_mixing, self.before_thinking = nn.LayerNorm(width), nn.LayerNorm(width)
        self.packed, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wider, self.narrower = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        for ending in (self.mixed, self.narrower):
            ending.deviation = 0.02 / math.sqrt(2 * layers)

    def forward(self, x):
        rows, tokens, _ = x.shape
        parts = self.packed(self.before_mixing(x)).view(rows, tokens, 3, heads, width // heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.mixed(seen.transpose(1, 2).reshape(rows, tokens, width))
        return x + self.narrower(F.gelu(self.wider(self.before_thinking(x))))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.Sequential(*(Block() for _ in range(layers)))
        self.last = nn.LayerNorm(width)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=getattr(module, "deviation", 0.02))
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def loss(self, inputs, targets, reduction="mean"):
        x = self.tokens(inputs) + self.places.weight[: inputs.shape[1]]
        logits = self.last(self.blocks(x)) @ self.tokens.weight.t()
        return F.cross_entropy(
            logits.view(-1, vocabulary), targets.reshape(-1), ignore_index=NOTHING, reduction=reduction
        )


def windows(span, numbers):
    """Inputs and targets [B, T]; the last window of a span may end early."""
    starts = span["from"] + numbers * length
    places = starts[:, None] + torch.arange(length)
    inside = places < span["to"]
    places = places.clamp(max=span["to"] - 1)
    return ids[places - 1], torch.where(inside, ids[places], NOTHING)


def bits_per_byte(model):
    span = told["heldOut"]
    total = 0.0
    with torch.inference_mode():
        for numbers in torch.arange(math.ceil((span["to"] - span["from"]) / length)).split(32):
            total += model.loss(*windows(span, numbers), reduction="sum").item()
    return total / math.log(2) / span["bytes"]


def train():
    model = Decoder()
    matrices = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    others = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), fused=True)
    for step, rate in enumerate(rates):
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = model.loss(*windows(told["training"], order[step * batch : (step + 1) * batch]))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 200 == 0:
            print(f"  nanoGPT: step {step} of {len(rates)}, loss {loss.item():.3f}", file=sys.stderr)
    return model


for line in sys.stdin:
    start = time.perf_counter()
    model = train()
    answer = {
        "bitsPerByte": bits_per_byte(model),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "seconds": time.perf_counter() - start,
        "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }
    print(json.dumps(answer), flush=True)
