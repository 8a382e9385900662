// The case `duplicates`: near-duplicates by shingles of characters against datasketch and datatrove over the same documents, and
// how many are missed or wrong where exact Jaccard similarity is the judge.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Bench, Goal, Side } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';
import { installPython, startLines, startPython } from '../python-peer.ts';
import { fetchDuplicates } from './duplicates-corpus.ts';
import { type Pair, similarPairs } from './similar-pairs.ts';

const parameters = { characters: 5, similarity: 0.8 } as const;
const environments = {
  'datasketch==2.0.0': ['datasketch==2.0.0'],
  'datatrove==0.10.0': ['datatrove[processing]==0.10.0', 'spacy==3.8.18'],
} as const;
type Peer = keyof typeof environments;
const peers = Object.keys(environments) as Peer[];
const ROUNDS = 2;

const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const answerSchema = z.object({
  seconds: z.number(),
  processorSeconds: z.number(),
  /** Places of documents that repeat an earlier one. */
  duplicates: z.array(z.number().int()),
});

/** Shares of one side's decisions, each of them judged by the documents that it had kept by then. */
interface Judgement {
  /** Of the documents that repeat a kept one. */
  readonly missed: number;
  /** Of the documents that it took for repeating one. */
  readonly wrong: number;
}

/** By the pairs that are similar indeed. */
function judge(pairs: readonly Pair[], duplicates: readonly number[]): Judgement {
  const taken = new Set(duplicates);
  const repeating = new Set(pairs.filter(([earlier]) => !taken.has(earlier)).map(([, later]) => later));
  const missed = [...repeating].filter((at) => !taken.has(at)).length;
  const wrong = duplicates.filter((at) => !repeating.has(at)).length;
  return { missed: missed / repeating.size, wrong: wrong / taken.size };
}

export async function openDuplicatesCases(say: (line: string) => void): Promise<Bench> {
  const file = await fetchDuplicates();
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const texts = lines.map((line) => z.string().parse(JSON.parse(line)));
  const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
  const running = new Map<Peer | 'ours', LineProcess>();
  const answers = new Map<Peer | 'ours', z.infer<typeof answerSchema>>();
  let pairs: Pair[] | undefined;

  const start = async (name: Peer | 'ours'): Promise<LineProcess> => {
    if (name === 'ours') {
      const given = JSON.stringify({ ...parameters, file });
      return startLines(process.execPath, ['--import', 'tsx', place('duplicates-ours.ts'), given]);
    }
    say(`installs ${name} where it is missing`);
    const python = await installPython(name.replace('==', '-'), environments[name]);
    const [peer] = name.split('==', 1);
    return startPython(python, place('duplicates-peer.py'), { ...parameters, file, peer });
  };
  const ask = async (name: Peer | 'ours') => {
    const line = running.get(name) ?? (await start(name));
    running.set(name, line);
    const answer = answerSchema.parse(await line.ask({}));
    answers.set(name, answer);
    return answer;
  };
  const side = (name: Peer | 'ours'): Side => ({ name, run: () => ask(name) });
  const judgementOf = async (name: Peer | 'ours'): Promise<Judgement> => {
    const { duplicates } = answers.get(name) ?? (await ask(name));
    pairs ??= similarPairs(texts, parameters);
    return judge(pairs, duplicates);
  };
  const share = (name: Peer | 'ours', kind: keyof Judgement): Goal => ({
    ...{ name: `duplicates: ${kind} by ${name}`, unit: '%', goal: 1, rounds: 1 },
    // A thousandth of a percent stands for none, so that there is a ratio.
    measure: async () => Math.max(0.001, 100 * (await judgementOf(name))[kind]),
  });
  return {
    cases: [
      {
        ...{ name: 'duplicates', unit: 'MB', amount: megabytes, rounds: ROUNDS },
        ours: side('ours'),
        peers: peers.map(side),
      },
    ],
    goals: (['ours', ...peers] as const).flatMap((name) => [share(name, 'missed'), share(name, 'wrong')]),
    remarks: [
      `near-duplicates: ${texts.length} documents, ${megabytes.toFixed(1)} MB; shingles of ${parameters.characters} characters, Jaccard from ${parameters.similarity}; datatrove with its stages over files and its 14 buckets of 8`,
    ],
    close: async () => {
      for (const line of running.values()) await line.close();
    },
  };
}
