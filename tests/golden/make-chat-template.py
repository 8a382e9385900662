"""Makes tests/golden/chat-template.json: prompts that transformers makes of messages, by chat templates.

Run in an environment with transformers 5.3.0 and jinja2 3.1.6: python tests/golden/make-chat-template.py TEMPLATES
TEMPLATES is what tests/golden/make-chat-template.ts prints: the templates that Coppice writes, by name.
"""

import json
import pathlib
import sys

import jinja2
import transformers
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

HERE = pathlib.Path(__file__).parent

# In the manner of published models, written for this test.
WRITTEN = {
    "turn markers": (
        "{% for message in messages %}"
        "{{ '<|' + message['role'] + '|>\n' + message['content'] | trim + eos_token + '\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
    ),
    "system first, pairs": (
        "{%- if messages[0].role == 'system' -%}"
        "{%- set system = messages[0].content -%}{%- set rest = messages[1:] -%}"
        "{%- else -%}{%- set system = '' -%}{%- set rest = messages -%}{%- endif -%}"
        "{{ bos_token }}{%- for message in rest -%}"
        "{%- if message.role == 'user' -%}"
        "[INST] {{ (system ~ '\n\n' if loop.first and system else '') ~ message.content }} [/INST]"
        "{%- else -%} {{ message.content | trim }}{{ eos_token }}{%- endif -%}{%- endfor -%}"
    ),
    "one user turn": (
        "{% if messages | selectattr('role', 'equalto', 'user') | list | length != 1 %}"
        "{{ raise_exception('expected one user turn') }}{% endif %}"
        "{{ messages[-1]['content'] }}"
    ),
}

say = lambda role, content: {"role": role, "content": content}
CONVERSATIONS = [
    [say("user", "Who are you?")],
    [say("system", "Be kind."), say("user", "나는 누구니? 👩‍💻"), say("assistant", "A model."), say("user", " Why?\n")],
    [say("user", "it's {{ messages }} \\n {% if %}"), say("assistant", " 'yes' \\ \"no\" "), say("user", "a\r\nb\tc")],
    [say("system", "Alone.")],
]


def render(template, messages):
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel({"[SEP]": 0}, "[SEP]")),
        eos_token="[SEP]", bos_token="[SEP]", chat_template=template,
    )
    try:
        return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    except jinja2.exceptions.TemplateError:
        return None


def make():
    templates = {**json.loads(pathlib.Path(sys.argv[1]).read_text()), **WRITTEN}
    cases = [
        {"name": name, "template": template, "messages": messages, "prompt": render(template, messages)}
        for name, template in templates.items()
        for messages in CONVERSATIONS
    ]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    made = json.dumps({"transformers": transformers.__version__, "jinja2": jinja2.__version__})
    (HERE / "chat-template.json").write_text(f'{{"made": {made}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    make()
