"""Makes tests/golden/generation.json: logits as transformers processes them, and what it generates with the tiny GPT-2.

Run in an environment with torch 2.15 and transformers 5.23:  python tests/golden/make-generation.py
"""

import json
import pathlib

import torch
import transformers
from transformers import GPT2LMHeadModel
from transformers.generation.logits_process import (
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

HERE = pathlib.Path(__file__).parent
PROMPTS = [[41, 29, 20, 27], [47, 22, 10], [5]]
END = 17  # happens early in some beams, so that finished ones compete with running ones


def processed():
    torch.manual_seed(3)
    logits = 3 * torch.randn(1, 40)
    logits[0, 7] = logits[0, 3]  # a tie
    before = torch.tensor([[1, 5, 5, 30, 12, 1]])
    steps = {
        "repetitionPenalty": lambda value: RepetitionPenaltyLogitsProcessor(value),
        "temperature": lambda value: TemperatureLogitsWarper(value),
        "topK": lambda value: TopKLogitsWarper(value),
        "topP": lambda value: TopPLogitsWarper(value),
    }
    chains = [
        {"temperature": 0.7}, {"temperature": 2.5}, {"topK": 1}, {"topK": 5}, {"topK": 100},
        {"topP": 0.2}, {"topP": 0.5}, {"topP": 0.9}, {"topP": 0.9999},
        {"repetitionPenalty": 1.3}, {"repetitionPenalty": 0.8},
        {"repetitionPenalty": 1.2, "temperature": 0.8, "topK": 20, "topP": 0.85},
    ]
    cases = []
    for chain in chains:
        scores = logits.clone()
        for name, value in chain.items():
            scores = steps[name](value)(before, scores)
        kept = [None if value == float("-inf") else value for value in scores[0].tolist()]
        cases.append({"options": chain, "scores": kept})
    return {"logits": logits[0].tolist(), "before": before[0].tolist(), "cases": cases}


def generated(model):
    cases = []
    for prompt in PROMPTS:
        ids = torch.tensor([prompt])
        for penalty in (1.0, 1.3):
            out = model.generate(
                ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=10, eos_token_id=None,
                pad_token_id=0, repetition_penalty=penalty,
            )
            cases.append({"prompt": prompt, "repetitionPenalty": penalty, "ids": out[0, len(prompt):].tolist()})
    return cases


def beams(model):
    cases = []
    for prompt in PROMPTS:
        ids = torch.tensor([prompt])
        for count, penalty, early, end, repetition in [
            (2, 1.0, False, END, 1.0), (3, 1.0, True, END, 1.0), (4, 2.0, False, END, 1.0), (4, 0.0, False, END, 1.0),
            (3, -1.0, False, END, 1.0), (3, 1.5, "never", END, 1.0), (3, 1.0, False, None, 1.0),
            (3, 1.0, False, END, 1.2),
        ]:
            out = model.generate(
                ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=9, eos_token_id=end,
                pad_token_id=0, num_beams=count, num_return_sequences=count, length_penalty=penalty,
                early_stopping=early, repetition_penalty=repetition, return_dict_in_generate=True, output_scores=True,
            )
            found = []
            for row, score in zip(out.sequences.tolist(), out.sequences_scores.tolist()):
                new = row[len(prompt):]
                new = new[: new.index(END) + 1] if end is not None and END in new else new
                found.append({"ids": new, "score": score})
            cases.append({
                "prompt": prompt, "beams": count, "lengthPenalty": penalty, "earlyStopping": early,
                "endOfTextId": end, "repetitionPenalty": repetition, "found": found,
            })
    return cases


def surprises(model):
    """Of each token but the first, from at most `contextLength` tokens before it, as windows of a stride see them."""
    torch.manual_seed(5)
    ids = torch.randint(0, 50, (37,))
    inputs, targets = ids[:-1], ids[1:]
    context = model.config.n_positions
    cases = []
    for stride in (1, 5, 8, 16):
        losses, scored = [], 0
        for begin in range(0, len(inputs), stride):
            end = min(begin + context, len(inputs))
            logs = torch.log_softmax(model(input_ids=inputs[None, begin:end]).logits[0], -1)
            own = logs[torch.arange(end - begin), targets[begin:end]]
            losses += own[scored - begin:].tolist()
            scored = end
            if end == len(inputs):
                break
        cases.append({"stride": stride, "logProbabilities": losses})
    return {"ids": ids.tolist(), "cases": cases}


if __name__ == "__main__":
    model = GPT2LMHeadModel.from_pretrained(HERE / "gpt2").eval()
    with torch.no_grad():
        golden = {
            "made": {"torch": torch.__version__, "transformers": transformers.__version__},
            "processed": processed(), "greedy": generated(model), "beams": beams(model),
            "surprises": surprises(model),
        }
    (HERE / "generation.json").write_text(json.dumps(golden) + "\n")
