# PyTorch as a peer: the same decoder with its fused kernels and fused AdamW; answers {steps} lines with what they took.
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

told = json.loads(sys.argv[1])
layers, width, heads = told["layers"], told["hiddenSize"], told["heads"]
length, vocabulary, batch = told["contextLength"], told["vocabularySize"], told["batchSize"]
torch.set_num_threads(told["threads"])
torch.manual_seed(0)


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.c_attn, self.c_proj = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
        self.c_fc, self.m_proj = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = (y.view(b, t, heads, -1).transpose(1, 2) for y in self.c_attn(self.ln_1(x)).split(width, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.c_proj(y.transpose(1, 2).reshape(b, t, width))
        return x + self.m_proj(F.gelu(self.c_fc(self.ln_2(x))))


class Gpt(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = torch.nn.Embedding(vocabulary, width), torch.nn.Embedding(length, width)
        self.h = torch.nn.ModuleList(Block() for _ in range(layers))
        self.ln_f = torch.nn.LayerNorm(width)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.02)

    def forward(self, ids, labels):
        x = self.wte(ids) + self.wpe.weight
        for block in self.h:
            x = block(x)
        logits = self.ln_f(x) @ self.wte.weight.t()
        return F.cross_entropy(logits.float().view(-1, vocabulary), labels.reshape(-1))


model = Gpt()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1, fused=True)
forward = torch.compile(model) if told["compile"] else model


def text():
    drawn = torch.randint(0, vocabulary, (batch, length + 1))
    drawn[:, 1::2] = (7 * drawn[:, 0:-1:2] + 3) % vocabulary
    return drawn


def step(drawn):
    with torch.autocast("cpu", torch.bfloat16, enabled=told["autocast"]):
        loss = forward(drawn[:, :-1].contiguous(), drawn[:, 1:].contiguous())
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss


for line in sys.stdin:
    drawn = [text() for _ in range(json.loads(line)["steps"])]
    start, busy = time.perf_counter(), time.process_time()
    for one in drawn:
        loss = step(one)
    spent = {"seconds": time.perf_counter() - start, "processorSeconds": time.process_time() - busy}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps({**spent, "loss": loss.item(), "peakMegabytes": peak}), flush=True)
