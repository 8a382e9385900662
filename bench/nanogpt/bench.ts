// A language model beside nanoGPT's in PyTorch, at equal size and steps: examples/speeches, whole.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, Goal } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';
import { installPython, startLines, startPython } from '../python-peer.ts';
import type { Answer } from './work.ts';
import { answerSchema, prepareWork } from './work.ts';

const torch = 'torch==2.15.0';
const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Trains both sides, once each, one after the other: minutes. */
export async function openNanogptBench(say: (line: string) => void): Promise<Bench> {
  say(`installs ${torch} where it is missing`);
  const python = await installPython(torch.replace('==', '-'), [torch]);
  const folder = await mkdtemp(join(tmpdir(), 'coppice-nanogpt-'));
  try {
    const work = await prepareWork(folder);
    const threads = availableParallelism();
    say(
      `trains ${work.steps} steps of ${work.options.batchSize} × ${work.spec.model.contextLength} tokens on each side`,
    );
    const ours = startLines(process.execPath, ['--import', 'tsx', place('ours.ts'), JSON.stringify(work)]);
    const own = await answerOf(ours);
    const theirs = await answerOf(startPython(python, place('nanogpt-peer.py'), { ...work, threads }));
    const measured = (name: string, unit: string, figure: keyof Answer): Goal => ({
      ...{ name, unit, goal: theirs[figure], peerName: 'nanoGPT', rounds: 1 },
      measure: () => Promise.resolve(own[figure]),
    });
    return {
      cases: [],
      goals: [
        measured('bits per byte', 'bits', 'bitsPerByte'),
        measured('time', 's', 'seconds'),
        measured('peak memory', 'MB', 'peakMegabytes'),
      ],
      remarks: [
        `${torch} eager, ${threads} threads, by nanoGPT's recipe; ${work.steps} steps, the same tokens in the same batches at the same rates`,
        `parameters: ours ${own.parameters}, nanoGPT ${theirs.parameters}; ${work.heldOut.documents} documents are held out`,
        'Less is better.',
      ],
      close: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function answerOf(side: LineProcess): Promise<Answer> {
  try {
    return answerSchema.parse(await side.ask({}));
  } finally {
    await side.close();
  }
}
