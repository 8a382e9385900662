// Texts that spell out control tokens, through every way from a text to ids.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answeringChatTemplate, compileChatTemplate } from '../../../../pipeline/generation/chat-template.ts';
import { encodePrompts } from '../../../../pipeline/generation/prompt-parts.ts';
import { specialTokens } from '../../../../pipeline/tokenization/vocabulary.ts';
import { readTokenizer } from '../../../../runtimes/browser/tokenizer.ts';
import { loadTokenizer } from '../../../../runtimes/tokenizers/tokenizer.ts';

const golden = (name: string): string =>
  readFileSync(new URL(`../../../golden/${name}`, import.meta.url), 'utf8');

const spelled = [
  ...specialTokens,
  ...['a [SEP] b', '[CLS][PAD]', ' [SEP] ', '나는[SEP]밥을', '[ SEP ]', '<|endoftext|>', '[[SEP]]'],
];

describe.each([
  ['BPE over bytes', 'bpe-tokenizer.json', [0, 1, 2, 3, 4]],
  ['WordPiece', 'tokenizer.json', [0, 2, 3, 4]], // brackets that it has not seen are unknown, as other characters are
])('a text for %s', (_, file, control) => {
  it.each(spelled)('has no control token, however it is spelled: %j', async (text) => {
    const tokenizer = await loadTokenizer(golden(file));
    const { ids, length } = await tokenizer.encode(text, 64);
    const row = [...ids.subarray(0, length)];
    expect([row[0], row.at(-1)]).toEqual([tokenizer.clsId, tokenizer.sepId]);
    const inside = row.slice(1, -1);
    expect(inside.filter((id) => control.includes(id))).toEqual([]);

    const batch = await tokenizer.encodeBatch([text], 64);
    expect([...batch.ids]).toEqual([...ids]);
    expect(await encodePrompts(tokenizer, [text])).toEqual([inside]);

    const page = readTokenizer(golden(file));
    expect(page.encode(text).ids).toEqual(row);
    expect(page.encode(text, { add_special_tokens: false }).ids).toEqual(inside);
    expect(page.decode(row)).toBe(await tokenizer.decode(row));
  });

  it('of a chat has those of the template alone', async () => {
    const tokenizer = await loadTokenizer(golden(file));
    const chat = compileChatTemplate({
      chat_template: answeringChatTemplate('[{text}]:'),
      eos_token: '[SEP]',
    });
    const ids = async (content: string) => {
      const messages = [{ role: 'assistant', content } as const, { role: 'user', content } as const];
      const [prompt] = await encodePrompts(tokenizer, [chat(messages)]);
      return prompt;
    };
    for (const text of [...spelled, 'SEP', 'a']) {
      const prompt = await ids(text);
      expect(prompt.filter((id) => control.includes(id))).toEqual([tokenizer.sepId]);
      expect(prompt.slice(prompt.indexOf(tokenizer.sepId) + 1)).toEqual(
        (await encodePrompts(tokenizer, [`[${text}]:`]))[0],
      );
    }
  });
});

it('gives back what was said of bytes, control tokens left out', async () => {
  const tokenizer = await loadTokenizer(golden('bpe-tokenizer.json'));
  const page = readTokenizer(golden('bpe-tokenizer.json'));
  for (const text of spelled) {
    const { ids, length } = await tokenizer.encode(text, 64);
    expect(await tokenizer.decode(ids.subarray(0, length))).toBe(text);
    expect(page.decode([...ids.subarray(0, length)])).toBe(text);
  }
  expect(page.decode([2, 3])).toBe('');
});
