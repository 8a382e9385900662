"""Asks a gateway by the official client, and prints what it got as JSON. Arguments: the base URL, a model."""

import json
import sys

import openai

url, model = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key="any", max_retries=0)
messages = [{"role": "system", "content": "짧게"}, {"role": "user", "content": "나는"}]
chat = dict(model=model, messages=messages, seed=7, max_completion_tokens=6)


def raised(ask):
    try:
        ask()
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.param, error.code, error.request_id is not None]


completion = client.completions.create(model=model, prompt="나는", max_tokens=6, seed=7, logprobs=2)
pieces = client.completions.create(model=model, prompt="나는", max_tokens=6, seed=7, stream=True)
given = client.completions.create(model=model, prompt="I am", max_tokens=0, logprobs=1, echo=True)
scored = given.choices[0].logprobs
answer = client.chat.completions.create(**chat, logprobs=True, top_logprobs=2)
chunks = list(client.chat.completions.create(**chat, stream=True, stream_options={"include_usage": True}))
again = client.chat.completions.create(
    model=model, seed=1, max_tokens=2, messages=[*messages, answer.choices[0].message, messages[1]]
)
print(json.dumps({
    "completion": completion.choices[0].text,
    "streamed completion": "".join(choice.text for piece in pieces for choice in piece.choices),
    "tokens": len(completion.choices[0].logprobs.tokens),
    "given text": "".join(scored.tokens),
    "given": [
        given.choices[0].text == "I am",
        scored.token_logprobs[0],
        all(max(top.values()) >= own for top, own in zip(scored.top_logprobs[1:], scored.token_logprobs[1:])),
        given.choices[0].finish_reason,
    ],
    "chat": answer.choices[0].message.content,
    "streamed chat": "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices),
    "probabilities": [len(token.top_logprobs) for token in answer.choices[0].logprobs.content],
    "usage": answer.usage.total_tokens,
    "streamed usage": chunks[-1].usage.total_tokens,
    "again": again.usage.completion_tokens,
    "models": [it.id for it in client.models.list()],
    "model": client.models.retrieve(model).id,
    "errors": [
        raised(lambda: client.completions.create(model="nobody", prompt="a")),
        raised(lambda: client.models.retrieve("nobody")),
        raised(lambda: client.chat.completions.create(**{**chat, "messages": []})),
        raised(lambda: client.chat.completions.create(**chat, temperature=3)),
        raised(lambda: client.completions.create(model=model, prompt="나는 오늘 " * 100)),
    ],
}))
