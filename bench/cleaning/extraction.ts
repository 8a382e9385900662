// The main text of pages against trafilatura, on pages whose generators say where it stands: pages a second, milliseconds of the
// processor a page, and how much of the text each misses.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Bench, Side } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';
import { installPython, startLines, startPython } from '../python-peer.ts';
import { type AnnotatedPage, fetchAnnotatedPages } from './annotated-pages.ts';
import { f1 } from './shingle-f1.ts';

const trafilatura = 'trafilatura==2.3.0';
const cleaner = 'lxml_html_clean==0.4.6'; // which it needs beside the newest lxml
const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const MILLISECONDS = 10; // the goal, a page

const answerSchema = z.object({
  seconds: z.number(),
  processorSeconds: z.number(),
  texts: z.array(z.string()),
});
type Answer = z.infer<typeof answerSchema>;

/** A process that is started when it is first asked. */
function lazily(start: () => LineProcess): {
  ask: (texts: boolean) => Promise<Answer>;
  close: () => Promise<void>;
} {
  let line: LineProcess | undefined;
  return {
    ask: async (texts) => answerSchema.parse(await (line ??= start()).ask({ texts })),
    close: async () => line?.close(),
  };
}

/** @returns the mean F1 of each collection and of all pages, which count alike */
function scores(pages: readonly AnnotatedPage[], texts: readonly string[]): Map<string, number> {
  const sums = new Map<string, { sum: number; pages: number }>();
  for (const [at, page] of pages.entries()) {
    const score = f1(texts[at], page.text);
    for (const set of [page.set, 'all']) {
      const { sum, pages: count } = sums.get(set) ?? { sum: 0, pages: 0 };
      sums.set(set, { sum: sum + score, pages: count + 1 });
    }
  }
  return new Map([...sums].map(([set, { sum, pages: count }]) => [set, sum / count]));
}

export async function openExtractionCases(say: (line: string) => void): Promise<Bench> {
  say(`installs ${trafilatura} and fetches annotated pages where they are missing`);
  const python = await installPython(trafilatura.replace('==', '-'), [trafilatura, cleaner]);
  const file = await fetchAnnotatedPages();
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  const pages = lines.map((line) => JSON.parse(line) as AnnotatedPage);
  const ours = lazily(() =>
    startLines(process.execPath, ['--import', 'tsx', place('extraction-ours.ts'), JSON.stringify({ file })]),
  );
  const theirs = lazily(() => startPython(python, place('trafilatura-peer.py'), { file }));
  const side = (name: string, { ask }: typeof ours): Side => ({ name, run: () => ask(false) });
  const missed = async (name: string, { ask }: typeof ours): Promise<number> => {
    const found = scores(pages, (await ask(true)).texts);
    say(`  F1 of ${name}: ${[...found].map(([set, score]) => `${set} ${score.toFixed(3)}`).join(', ')}`);
    return 1 - (found.get('all') ?? 0);
  };
  return {
    cases: [
      {
        ...{ name: 'extraction', unit: 'pages', amount: pages.length, rounds: 3 },
        ...{ ours: side('ours', ours), peers: [side(trafilatura, theirs)] },
      },
    ],
    goals: [
      {
        ...{ name: 'extraction time', unit: 'processor ms a page', goal: MILLISECONDS, rounds: 3 },
        measure: async () => ((await ours.ask(false)).processorSeconds / pages.length) * 1_000,
      },
      {
        ...{ name: 'extraction missed', unit: '× its 1 - F1', goal: 1, peerName: trafilatura, rounds: 1 },
        measure: async () => (await missed('ours', ours)) / (await missed(trafilatura, theirs)),
      },
    ],
    remarks: [
      `${trafilatura}, ${pages.length} pages of Debian packages, their marks of the main text taken off`,
    ],
    close: async () => {
      await ours.close();
      await theirs.close();
    },
  };
}
