"""FastAPI as it is usually written: an endpoint a request, tokenizers, and PyTorch (eager) or ONNX Runtime behind it.

Says where it listens, and ends with its standard input.
"""

import json
import os
import pathlib
import socket
import sys
import threading

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from tokenizers import Tokenizer

told = json.loads(sys.argv[1])
folder = pathlib.Path(told["folder"])
config = json.loads((folder / "config.json").read_text())
layers, width, heads = (config[name] for name in ("num_hidden_layers", "hidden_size", "num_attention_heads"))
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
tokenizer.enable_truncation(told["contextLength"])


def load_torch():
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(told["threads"])
    flat = torch.frombuffer(bytearray((folder / "parameters.bin").read_bytes()), dtype=torch.float32)
    w = {e["name"]: flat[e["offset"] : e["offset"] + e["size"]].view(e["shape"]).clone() for e in told["layout"]}

    def linear(name, x):
        return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    def norm(name, x):
        return F.layer_norm(x, (width,), w[f"{name}.weight"], w[f"{name}.bias"], 1e-12)

    @torch.inference_mode()
    def score(ids):
        x = w["bert.embeddings.word_embeddings.weight"][torch.tensor([ids])]
        x = x + w["bert.embeddings.position_embeddings.weight"][: len(ids)]
        x = norm("bert.embeddings.LayerNorm", x + w["bert.embeddings.token_type_embeddings.weight"][0])
        for layer in range(layers):
            name = f"bert.encoder.layer.{layer}"
            attention = f"{name}.attention.self"
            q, k, v = (
                linear(f"{attention}.{part}", x).view(1, len(ids), heads, -1).transpose(1, 2)
                for part in ("query", "key", "value")
            )
            y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(1, len(ids), width)
            x = norm(f"{name}.attention.output.LayerNorm", x + linear(f"{name}.attention.output.dense", y))
            y = linear(f"{name}.output.dense", F.gelu(linear(f"{name}.intermediate.dense", x)))
            x = norm(f"{name}.output.LayerNorm", x + y)
        pooled = torch.tanh(linear("bert.pooler.dense", x[:, 0]))
        return torch.softmax(linear("classifier", pooled), -1)[0].tolist()

    return score


def load_onnx():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = told["threads"]
    sessions = {
        int(path.stem): onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        for path in folder.glob("*.onnx")
    }

    def score(ids):
        length = min(size for size in sessions if size >= len(ids))
        padded = np.zeros(length, dtype=np.int32)
        padded[: len(ids)] = ids
        mask = np.full((1, 1, 1, length), -1e9, dtype=np.float32)
        mask[..., : len(ids)] = 0
        return sessions[length].run(None, {"ids": padded, "mask": mask})[0].reshape(-1).tolist()

    return score


score = {"torch": load_torch, "onnxruntime": load_onnx}[told["engine"]]()
app = FastAPI()


class Request(BaseModel):
    model: str
    input: str


@app.post("/v1/classifications")
def classify(request: Request):
    probabilities = score(tokenizer.encode(request.input).ids)
    best = max(range(len(probabilities)), key=probabilities.__getitem__)
    named = dict(zip(told["labels"], probabilities))
    return {"model": request.model, "label": told["labels"][best], "probabilities": named}


listener = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio would leave Nagle's algorithm on
listener.bind(("127.0.0.1", 0))
listener.listen(128)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
server.run(sockets=[listener])
