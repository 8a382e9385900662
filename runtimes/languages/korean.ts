// Korean by Kiwi, in a process of its own that is started when a text first needs it.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { KoreanAnalyser } from '../../pipeline/cleaning/language/analysers.ts';

/** Where `node setup/kiwi.mjs` puts Kiwi and its model. */
export const kiwiFolder = fileURLToPath(new URL('../../node_modules/.cache/coppice-kiwi/', import.meta.url));

const replySchema = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ id: z.number(), answer: z.array(z.unknown()) }),
  z.object({ id: z.number(), error: z.string() }),
]);
const morphemesSchema = z.array(
  z.object({ form: z.string(), tag: z.string(), start: z.number(), length: z.number() }),
);
const sentencesSchema = z.array(z.string());

/**
 * Starts the process, in about ten seconds; it ends with this one.
 * @param folder with `kiwi-nlp` and `kiwipiepy_model`
 * @param onEnd called when the process has ended, however it did
 * @throws Error that says what to install where it is missing
 */
export async function startKorean(folder: string, onEnd = (): void => undefined): Promise<KoreanAnalyser> {
  if (!existsSync(folder))
    throw new Error(
      'Kiwi is not installed: `node setup/kiwi.mjs` fetches kiwi-nlp (LGPL) by npm and its model kiwipiepy_model 0.24.0 by pip, 110 MB',
    );
  const program = fileURLToPath(new URL('kiwi-process.mjs', import.meta.url));
  const child = fork(program, [folder], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('exit', onEnd);
  const ask = await openChannel(child);
  return {
    morphemes: async (text) => morphemesSchema.parse(await ask('morphemes', text)),
    sentences: async (text) => sentencesSchema.parse(await ask('sentences', text)),
  };
}

type Ask = (ask: 'morphemes' | 'sentences', text: string) => Promise<unknown>;

function openChannel(child: ChildProcess): Promise<Ask> {
  const waiting = new Map<number, PromiseWithResolvers>();
  let asked = 0;
  const ask: Ask = (what, text) =>
    new Promise((resolve, reject) => {
      if (!child.connected) throw new Error('the process of Kiwi has ended');
      asked += 1;
      waiting.set(asked, { resolve, reject });
      child.channel?.ref();
      child.send({ id: asked, ask: what, text });
    });
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const reply = replySchema.parse(message);
      if ('ready' in reply) {
        child.unref(); // it keeps this process alive only while it is asked
        child.channel?.unref();
        resolve(ask);
        return;
      }
      const asker = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0) child.channel?.unref();
      if ('answer' in reply) asker?.resolve(reply.answer);
      else asker?.reject(new Error(`Kiwi: ${reply.error}`));
    });
    const fail = (reason: string): void => {
      const error = new Error(`the process of Kiwi has ended: ${reason}`);
      reject(error);
      for (const asker of waiting.values()) asker.reject(error);
      waiting.clear();
    };
    child.on('error', (error) => {
      if (child.pid === undefined) fail(error.message); // else an exit follows, and says more
    });
    child.on('exit', (code, signal) => fail(signal ?? `exit code ${code}`));
  });
}

interface PromiseWithResolvers {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}
