"""FastAPI as it is usually written for a language model: an endpoint a request, PyTorch (eager) with a key-value cache.

Requests run in FastAPI's thread pool, or take turns by a lock. Says where it listens, and ends with its standard input.
"""

import contextlib
import json
import os
import pathlib
import socket
import sys
import threading

import torch
import torch.nn.functional as F
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from tokenizers import Tokenizer

told = json.loads(sys.argv[1])
folder = pathlib.Path(told["folder"])
shape = told["shape"]
layers, width, heads, context = (shape[name] for name in ("layers", "hiddenSize", "heads", "contextLength"))
torch.set_num_threads(told["threads"])
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
flat = torch.frombuffer(bytearray((folder / "parameters.bin").read_bytes()), dtype=torch.float32)
w = {e["name"]: flat[e["offset"] : e["offset"] + e["size"]].view(e["shape"]).clone() for e in told["layout"]}
tokens, places = w["transformer.wte.weight"], w["transformer.wpe.weight"]


def norm(name, x):
    return F.layer_norm(x, (width,), w[f"{name}.weight"], w[f"{name}.bias"], 1e-5)


def linear(name, x):
    return torch.addmm(w[f"{name}.bias"], x, w[f"{name}.weight"])


def forward(ids, begin, keys, values):
    """Logits [V] of what follows the last of ids [T], which stand from `begin` on."""
    count = len(ids)
    end = begin + count
    x = tokens[ids] + places[begin:end]
    for layer in range(layers):
        name = f"transformer.h.{layer}"
        packed = linear(f"{name}.attn.c_attn", norm(f"{name}.ln_1", x))
        q, k, v = (y.view(1, count, heads, -1).transpose(1, 2) for y in packed.split(width, 1))
        keys[layer, :, :, begin:end] = k
        values[layer, :, :, begin:end] = v
        past = keys[layer, :, :, :end], values[layer, :, :, :end]
        y = F.scaled_dot_product_attention(q, *past, is_causal=count > 1)
        x = x + linear(f"{name}.attn.c_proj", y.transpose(1, 2).reshape(count, width))
        x = x + linear(f"{name}.mlp.c_proj", F.gelu(linear(f"{name}.mlp.c_fc", norm(f"{name}.ln_2", x))))
    return norm("transformer.ln_f", x[-1]) @ tokens.t()


@torch.inference_mode()
def generate(prompt, count):
    keys = torch.empty(layers, 1, heads, context, width // heads)
    values = torch.empty_like(keys)
    found, ids, begin = [], prompt, 0
    for _ in range(count):
        following = int(forward(torch.tensor(ids), begin, keys, values).argmax())
        begin += len(ids)
        ids = [following]
        found.append(following)
    return found


app = FastAPI()
turn = threading.Lock() if told["turns"] else contextlib.nullcontext()


class Request(BaseModel):
    model: str
    prompt: str
    max_tokens: int
    temperature: float


@app.post("/v1/completions")
def complete(request: Request):
    prompt = tokenizer.encode(request.prompt, add_special_tokens=False).ids
    with turn:
        found = generate(prompt, request.max_tokens)
    text = tokenizer.decode(found, skip_special_tokens=False)
    return {
        "model": request.model,
        "choices": [{"index": 0, "text": text, "finish_reason": "length"}],
        "usage": {"prompt_tokens": len(prompt), "completion_tokens": len(found)},
    }


listener = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio would leave Nagle's algorithm on
listener.bind(("127.0.0.1", 0))
listener.listen(128)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
server.run(sockets=[listener])
