// Tokenizers against Hugging Face's: training a byte-level BPE on 14 MB of English and Korean, and encoding it.
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Bench, Case, Side } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';
import { installPython, startLines, startPython } from '../python-peer.ts';
import { fetchCorpus } from './corpus.ts';
import type { Request } from './work.ts';

const tokenizers = 'tokenizers==0.23.3';
const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const answerSchema = z.object({
  seconds: z.number(),
  processorSeconds: z.number(),
  peakMegabytes: z.number(),
  /** Tokens, or the size of what was learned. */
  result: z.number(),
});

export async function openTokenizationBench(say: (line: string) => void): Promise<Bench> {
  say(`installs ${tokenizers} and fetches 14 MB of text where they are missing`);
  const python = await installPython(tokenizers.replace('==', '-'), [tokenizers]);
  const files = await fetchCorpus();
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  const running: LineProcess[] = [];
  const side = (name: string, start: () => LineProcess, request: Request): Side => {
    let line: LineProcess | undefined;
    return {
      name,
      run: async () => {
        if (line === undefined) running.push((line = start()));
        return answerSchema.parse(await line.ask(request));
      },
    };
  };
  const ours = (): LineProcess =>
    startLines(process.execPath, ['--import', 'tsx', place('ours.ts'), JSON.stringify({ files })]);
  const theirs = (): LineProcess => startPython(python, place('tokenizers-peer.py'), { files });
  const training = (name: string, vocabularySize: number): Case => ({
    ...{ name, unit: 'MB', amount: megabytes, rounds: 5 },
    ours: side('ours', ours, { work: 'train', vocabularySize }),
    peers: [side(tokenizers, theirs, { work: 'train', vocabularySize })],
  });
  return {
    cases: [
      training('train 8k', 8_000),
      training('train 30k', 30_000),
      {
        ...{ name: 'encode', unit: 'MB', amount: megabytes, rounds: 5 },
        ours: side('ours', ours, { work: 'encode' }),
        peers: [
          side('npm tokenizers alone', ours, { work: 'encode alone' }),
          side(tokenizers, theirs, { work: 'encode' }),
        ],
      },
    ],
    remarks: [`${tokenizers}, byte-level BPE, ${megabytes.toFixed(1)} MB in ${files.length} files`],
    close: async () => {
      for (const line of running) await line.close();
    },
  };
}
