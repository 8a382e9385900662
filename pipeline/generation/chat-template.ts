// Messages become a prompt by the template of the model: Jinja, in `chat_template` of tokenizer_config.json, as transformers
// keeps and fills it.
import { Template } from '@huggingface/jinja';
import { templateOf } from '../tokenization/pairs.ts';
import { escapeSaid, type PromptPart, partsOf } from './prompt-parts.ts';

export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly content: string;
  readonly name?: string | undefined;
}

/** Of tokenizer_config.json, what a template may speak of. */
export interface ChatTokenizer {
  readonly chat_template?: string | undefined;
  readonly bos_token?: string | undefined;
  readonly eos_token?: string | undefined;
}

/** Of a model that has learnt to continue texts and nothing else: what was said, a line break between. */
export const plainChatTemplate =
  "{%- for message in messages -%}{{- message['content'] -}}{%- if not loop.last -%}{{- '\\n' -}}{%- endif -%}{%- endfor -%}";

/**
 * Of a model that was fine-tuned on prompts and answers: each turn is what such a pair looked like.
 * @param prompt with one `{text}`, in whose place the user speaks, what the system says before it
 */
export function answeringChatTemplate(prompt: string): string {
  const { before, after } = templateOf(prompt);
  const asked = (text: string) => `{{- ${literal(before)} + ${text} + ${literal(after)} -}}`;
  return [
    "{%- set turn = namespace(system='') -%}",
    '{%- for message in messages -%}',
    "{%- if message['role'] == 'assistant' -%}",
    "{{- message['content'] + eos_token -}}",
    "{%- elif message['role'] == 'user' -%}",
    asked("turn.system + message['content']"),
    "{%- set turn.system = '' -%}",
    '{%- else -%}',
    "{%- set turn.system = turn.system + message['content'] + '\\n\\n' -%}",
    '{%- endif -%}',
    '{%- endfor -%}',
    `{%- if turn.system -%}${asked('turn.system')}{%- endif -%}`,
  ].join('');
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text as Jinja writes it in quotes. */
const literal = (text: string): string =>
  `'${text.replace(/[\\'\n\r\t]/g, (character) => escapes[character] ?? `\\${character}`)}'`;

/**
 * The control tokens of a prompt are those that the template writes. What messages say is text, and a template that measures it
 * finds the brackets in it, and names such as "SEP", a little longer than they are.
 * @returns a function from messages to the prompt behind which the answer begins; it throws an Error where the template
 * refuses them
 * @throws Error where the template is no Jinja
 */
export function compileChatTemplate({
  chat_template: source = plainChatTemplate,
  bos_token = '',
  eos_token = '',
}: ChatTokenizer): (messages: readonly ChatMessage[]) => PromptPart[] {
  const template = new Template(source);
  return (said) => {
    const messages = said.map(({ role, content, name }) => ({
      ...{ role, content: escapeSaid(content) },
      ...(name !== undefined && { name: escapeSaid(name) }),
    }));
    return partsOf(template.render({ messages, add_generation_prompt: true, bos_token, eos_token }));
  };
}
