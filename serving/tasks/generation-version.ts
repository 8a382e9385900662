// A language model as the gateway has it: no recipe, since a prompt is no document and its tokenizer brings it to NFC;
// pieces of text as they come.
import type { ChatMessage } from '../../pipeline/generation/chat-template.ts';
import type { Prompt } from '../../pipeline/generation/prompt-parts.ts';
import { superviseModelProcess } from '../supervised-process.ts';
import { readChat } from './chat.ts';
import type { GenerationPiece, GenerationQuestion, GenerationWords } from './generation-process.ts';
import { type LoadedBase, type PackageOnDisk, supervisionOf } from './package-on-disk.ts';

export interface LanguageVersion extends LoadedBase {
  readonly task: 'language-modelling';
  /** Tokens of prompt and continuation together, but for the last one. */
  readonly contextLength: number;
  /**
   * @returns the prompt that messages are, by the version's chat template
   * @throws InvalidQuestion where the template refuses them
   */
  readonly chat: (messages: readonly ChatMessage[]) => Prompt;
  /**
   * Whoever stops reading cancels it, at its next piece; the signal does so at once.
   * @returns pieces as they come, and at the end how many tokens the prompts had
   * @throws InvalidQuestion, ProcessBusy; Error where the process is gone; the signal's reason
   */
  continueTexts(
    question: GenerationQuestion,
    signal: AbortSignal,
  ): AsyncGenerator<GenerationPiece, GenerationWords['answer']>;
}

/** Questions, those whose texts are being made among them. */
const maximumWaiting = 64;

export async function loadLanguageVersion(files: PackageOnDisk): Promise<LanguageVersion> {
  const task = 'language-modelling';
  const chat = await readChat(files.read);
  const { facts, ask, ended, retire, stop } = await superviseModelProcess<GenerationWords>(
    { ...files.load, task },
    { maximumWaiting, ...supervisionOf(files) },
  );
  return {
    ...{ version: files.version, task, ended, retire, stop, contextLength: facts.contextLength, chat },
    continueTexts: (question, signal) =>
      piecesOf<GenerationPiece, GenerationWords['answer']>((onPiece, stopped) =>
        ask(question, { signal: AbortSignal.any([signal, stopped]), onPiece }),
      ),
  };
}

/** From a callback to what can be read piece by piece. */
async function* piecesOf<Piece, Answer>(
  ask: (onPiece: (piece: Piece) => void, stopped: AbortSignal) => Promise<Answer>,
): AsyncGenerator<Piece, Answer> {
  const reader = new AbortController();
  const told: (Piece | undefined)[] = [];
  let wake = (): void => undefined;
  const tell = (piece: Piece | undefined): void => {
    told.push(piece);
    wake();
  };
  const answer = ask(tell, reader.signal).finally(() => tell(undefined));
  answer.catch(() => undefined); // thrown below, once what was told before is read
  try {
    for (;;) {
      while (told.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const piece = told.shift();
      if (piece === undefined) return await answer;
      yield piece;
    }
  } finally {
    reader.abort(new Error('nobody reads on'));
  }
}
