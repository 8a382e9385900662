"""Makes tests/golden/exported-gpt2.json: what transformers answers with the directory that Coppice exported.

Run in an environment with torch, transformers and tokenizers, after make-exported-gpt2.ts:
python tests/golden/make-exported-gpt2.py
"""

import json
import pathlib

import torch
import transformers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

HERE = pathlib.Path(__file__).parent
TEXT = "the model reads and writes a word at a time"


def make():
    folder = HERE / "exported-gpt2"
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    model, loading = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not loading[problem], loading
    ids = tokenizer(TEXT, add_special_tokens=False, return_tensors="pt").input_ids
    with torch.no_grad():
        logits = model.eval()(input_ids=ids).logits[0]
    golden = {
        "made": {"torch": torch.__version__, "transformers": transformers.__version__},
        "class": type(model).__name__,
        "endOfTextId": model.config.eos_token_id,
        "text": TEXT, "ids": ids[0].tolist(), "logits": logits.tolist(),
        "loss": model(input_ids=ids, labels=ids).loss.item(),
    }
    (HERE / "exported-gpt2.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    make()
