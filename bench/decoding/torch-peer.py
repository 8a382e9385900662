# PyTorch as a peer: the same decoder, eager, its keys and values in caches that are written in place and read as views.
# Answers {times} lines with what they took.
import json
import pathlib
import sys
import time

import torch
import torch.nn.functional as F

told = json.loads(sys.argv[1])
layers, width, heads, length = told["layers"], told["hiddenSize"], told["heads"], told["contextLength"]
torch.set_num_threads(told["threads"])

flat = torch.frombuffer(
    bytearray((pathlib.Path(told["folder"]) / "parameters.bin").read_bytes()), dtype=torch.float32
)
weights = {
    entry["name"]: flat[entry["offset"] : entry["offset"] + entry["size"]].view(entry["shape"]).clone()
    for entry in told["layout"]
}
tokens = weights["transformer.wte.weight"]
places = weights["transformer.wpe.weight"]
prompts = torch.tensor(told["prompts"])
rows = len(prompts)
keys = torch.zeros(layers, rows, heads, length, width // heads)
values = torch.zeros_like(keys)


def norm(name, x):
    return F.layer_norm(x, (width,), weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-5)


def linear(name, x):
    y = torch.addmm(weights[f"{name}.bias"], x.view(-1, x.shape[-1]), weights[f"{name}.weight"])
    return y.view(x.shape[0], x.shape[1], -1)


def forward(ids, begin):
    """Logits of what follows the last of ids [B, T], which stand from `begin` on."""
    count = ids.shape[1]
    end = begin + count
    x = tokens[ids] + places[begin:end]
    for layer in range(layers):
        name = f"transformer.h.{layer}"
        packed = linear(f"{name}.attn.c_attn", norm(f"{name}.ln_1", x))
        q, k, v = (y.view(rows, count, heads, -1).transpose(1, 2) for y in packed.split(width, 2))
        keys[layer, :, :, begin:end] = k
        values[layer, :, :, begin:end] = v
        past = keys[layer, :, :, :end], values[layer, :, :, :end]
        y = F.scaled_dot_product_attention(q, *past, is_causal=count > 1)
        x = x + linear(f"{name}.attn.c_proj", y.transpose(1, 2).reshape(rows, count, width))
        x = x + linear(f"{name}.mlp.c_proj", F.gelu(linear(f"{name}.mlp.c_fc", norm(f"{name}.ln_2", x))))
    return norm("transformer.ln_f", x[:, -1]) @ tokens.t()


def continued():
    found = []
    ids, begin = prompts, 0
    for _ in range(told["newTokens"]):
        following = forward(ids, begin).argmax(-1)
        begin += ids.shape[1]
        ids = following[:, None]
        found.append(following)
    return torch.stack(found, 1).tolist()


with torch.inference_mode():
    for line in sys.stdin:
        start, busy = time.perf_counter(), time.process_time()
        for _ in range(json.loads(line)["times"]):
            found = continued()
        spent = {"seconds": time.perf_counter() - start, "processorSeconds": time.process_time() - busy}
        print(json.dumps({**spent, "tokens": found}), flush=True)
