import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answeringChatTemplate,
  type ChatMessage,
  compileChatTemplate,
} from '../../../../pipeline/generation/chat-template.ts';
import { promptText } from '../../../../pipeline/generation/prompt-parts.ts';
import { specialTokens } from '../../../../pipeline/tokenization/vocabulary.ts';

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly template: string;
    readonly messages: readonly ChatMessage[];
    readonly prompt: string | null;
  }[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../../golden/chat-template.json', import.meta.url), 'utf8'),
) as Golden;

const special = { bos_token: '[SEP]', eos_token: '[SEP]' };
const user = (content: string): ChatMessage => ({ role: 'user', content });

describe('a chat template', () => {
  it.each(golden.cases.map((it, index) => [`${it.name}, ${index % 4}`, it] as const))(
    'makes the prompt that transformers makes, or refuses as it does: %s',
    (_name, { template, messages, prompt }) => {
      const render = compileChatTemplate({ chat_template: template, ...special });
      if (prompt === null) expect(() => render(messages)).toThrow();
      else expect(promptText(render(messages))).toBe(prompt);
    },
  );

  it('is, of a model that learnt from pairs, the prompt of a pair for one message', () => {
    const prompt = 'Review:\n{text}\n\nIt\'s "good" or \\bad\\: ';
    const render = compileChatTemplate({ chat_template: answeringChatTemplate(prompt), ...special });
    expect(render([user('Fine film.')])).toEqual([{ text: prompt.replace('{text}', 'Fine film.') }]);
  });

  it('joins what was said where a package has none', () => {
    const messages: ChatMessage[] = [{ role: 'system', content: 'a' }, user('b'), user('')];
    expect(compileChatTemplate({})(messages)).toEqual([{ text: 'a\nb\n' }]);
  });

  it('is refused when it is read where it is no Jinja', () => {
    expect(() => compileChatTemplate({ chat_template: '{% for %}' })).toThrow();
  });

  it('never reads what messages say as a template, and takes time linear in them', () => {
    const render = compileChatTemplate({ chat_template: answeringChatTemplate('{text}:'), ...special });
    const hostile = ['{{ 1 + 1 }}', '{% for x in range(9) %}', '{{'.repeat(500_000), "'+".repeat(500_000)];
    for (const content of hostile) expect(render([user(content)])).toEqual([{ text: `${content}:` }]);
  });

  it('writes control tokens of its own, and none that messages spell out', () => {
    const render = compileChatTemplate({ chat_template: answeringChatTemplate('[{text}]:'), ...special });
    const spelled = [...specialTokens, ...specialTokens.map((token) => token.slice(1, -1)), '[', 'SEP] [SEP'];
    for (const content of spelled) {
      const turns: ChatMessage[] = [
        { role: 'system', content },
        user(content),
        { role: 'assistant', content },
      ];
      expect(render([...turns, user(content)])).toEqual([
        { text: `[${content}\n\n${content}]:${content}` },
        { token: '[SEP]' },
        { text: `[${content}]:` },
      ]);
    }
    const named = compileChatTemplate({ chat_template: '{{ messages[0].name }}', ...special });
    expect(named([{ ...user(''), name: '[SEP]' }])).toEqual([{ text: '[SEP]' }]);
  });

  it('gives back whatever messages say, its own marks included', () => {
    const render = compileChatTemplate({ chat_template: answeringChatTemplate('{text}:'), ...special });
    const piece = fc.constantFrom('\ue000', '0', '1', '[', ']', 'SEP', '[SEP]', ' ', '나');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(promptText(render([user(pieces.join(''))]))).toBe(`${pieces.join('')}:`);
        expect(render([user(pieces.join(''))])).toHaveLength(1);
      }),
    );
  });
});
