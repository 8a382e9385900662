// Texts as they are generated, without the end of text, and without any part of a stop sequence.
import type { GeneratedToken, GenerationOptions } from './generate.ts';
import type { Decode, TextPiece } from './text-stream.ts';
import { createTextStream } from './text-stream.ts';

export interface TextOptions extends Omit<GenerationOptions, 'endsAt'> {
  /** A text ends where one of them stands in it. */
  readonly stop?: readonly string[];
}

/** A token, and what there is of its text since the last one, which may be nothing. */
export interface GeneratedPiece extends GeneratedToken {
  readonly text: string;
}

/** `generate` for given prompts, such as of a model that is loaded. */
export type Generate = (options: GenerationOptions) => AsyncIterable<readonly GeneratedToken[]>;

/**
 * @param generate for that many prompts
 * @param decode of the model's tokenizer
 * @throws CoppiceFailure InvalidInput for options that are out of their range
 */
export async function* generateText(
  {
    generate,
    count,
    decode,
  }: {
    readonly generate: Generate;
    readonly count: number;
    readonly decode: Decode;
  },
  { stop = [], ...options }: TextOptions,
): AsyncGenerator<GeneratedPiece, void> {
  const streams = Array.from({ length: count }, () => createTextStream(decode, stop));
  const pieces = new Map<number, TextPiece>();
  const endsAt = async (row: number, id: number): Promise<boolean> => {
    const piece = id === options.endOfTextId ? nothing : await streams[row].push(id);
    pieces.set(row, piece);
    return piece.stopped;
  };
  for await (const tokens of generate({ ...options, endsAt })) {
    for (const token of tokens) {
      const { text, stopped } = pieces.get(token.row) ?? nothing;
      const isLast = token.finish !== undefined && !stopped;
      const rest = isLast ? await streams[token.row].end() : nothing;
      yield { ...token, text: text + rest.text, ...(rest.stopped && { finish: 'stopped' as const }) };
    }
  }
}

const nothing: TextPiece = { text: '', stopped: false };
