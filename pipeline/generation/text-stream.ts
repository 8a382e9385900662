// Tokens to text as they come. A character may take several tokens, so what decodes to an incomplete one waits for the
// next. Only the last few tokens are decoded again, since some decoders join a token to those before it.
import type { StopFilter } from './stop-sequences.ts';
import { createStopFilter } from './stop-sequences.ts';

/** @param ids of any tokens that follow each other; a character that is not complete is U+FFFD */
export type Decode = (ids: readonly number[]) => string | Promise<string>;

export interface TextPiece {
  readonly text: string;
  /** A stop sequence is complete. */
  readonly stopped: boolean;
}

export interface TextStream {
  readonly push: (id: number) => Promise<TextPiece>;
  /** @returns what was held back, of a text that ended without a stop sequence */
  readonly end: () => Promise<TextPiece>;
}

/** Bytes of a character: more tokens than that do not make an incomplete one complete. */
const MAXIMUM_OPEN = 4;

/** @throws CoppiceFailure InvalidInput for stop sequences that no text can hold */
export function createTextStream(decode: Decode, stops: readonly string[]): TextStream {
  const filter: StopFilter = createStopFilter(stops);
  let known: number[] = []; // whose text was given, and which the next may lean on
  let open: number[] = []; // whose text was not given yet
  const fresh = async (): Promise<string> => {
    const before = await decode(known);
    const whole = await decode([...known, ...open]);
    return whole.slice(before.length);
  };
  const settle = (): void => {
    known = open;
    open = [];
  };
  return {
    push: async (id) => {
      open.push(id);
      const text = await fresh();
      if (text.endsWith('\uFFFD') && open.length < MAXIMUM_OPEN) return { text: '', stopped: false };
      settle();
      return filter.push(text);
    },
    end: async () => {
      const rest = open.length === 0 ? '' : await fresh();
      const { text, stopped } = filter.push(rest);
      return { text: text + filter.end(), stopped };
    },
  };
}
