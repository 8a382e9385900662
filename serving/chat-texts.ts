// The texts of one answer as they grow, as messages of OpenAI's chat.
import type { ChatChoice, ChatLogprobs, ChatPart } from './chat-schemas.ts';
import { finishReasonOf, type Texts } from './completion-texts.ts';
import type { GenerationPiece } from './tasks/generation-process.ts';

/** @param count of texts */
export function createChatTexts(count: number): Texts<ChatChoice, ChatPart> {
  const all: ChatChoice[] = Array.from({ length: count }, (_, index) => ({
    index,
    message: { role: 'assistant', content: '', refusal: null },
    ...{ logprobs: null, finish_reason: 'length' },
  }));
  let tokens = 0;
  return {
    opening: () => all.map(({ index }) => part(index, { role: 'assistant', content: '' })),
    add: (piece) => {
      const { row, text, finish, told } = piece;
      tokens += piece.tokens;
      const choice = all[row];
      const logprobs = told ? logprobsOf(told) : null;
      choice.message.content += text;
      if (logprobs) {
        choice.logprobs ??= { content: [], refusal: null };
        choice.logprobs.content.push(...logprobs.content);
      }
      if (finish !== undefined) choice.finish_reason = finishReasonOf(finish);
      return [
        ...(text !== '' || logprobs ? [part(row, { content: text }, { logprobs })] : []),
        ...(finish !== undefined ? [part(row, {}, { finish_reason: finishReasonOf(finish) })] : []),
      ];
    },
    choices: () => all,
    tokens: () => tokens,
  };
}

function part(
  index: number,
  delta: ChatPart['delta'],
  { logprobs = null, finish_reason = null }: Partial<ChatPart> = {},
): ChatPart {
  return { index, delta, logprobs, finish_reason };
}

type Told = NonNullable<GenerationPiece['told']>;

function logprobsOf({ alternatives, ...told }: Told): ChatLogprobs {
  return { content: [{ ...tokenOf(told), top_logprobs: alternatives.map(tokenOf) }], refusal: null };
}

function tokenOf({ text, logProbability }: Pick<Told, 'text' | 'logProbability'>) {
  const bytes = text.includes('\ufffd') ? null : [...Buffer.from(text)];
  return { token: text, logprob: logProbability, bytes };
}
