// The cases `recipe`: quality filters in a recipe against datatrove's, over the same documents, and how often both decide alike;
// and `languages`, from the same documents.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { gopherDefaults, shortLineLength } from '../../pipeline/cleaning/words/language-defaults.ts';
import type { Bench, Case, Goal, Side } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';
import { installPython, startLines, startPython } from '../python-peer.ts';
import { fetchDocuments } from './corpus.ts';
import { languageGoals } from './languages.ts';
import type { Language } from './recipe-ours.ts';

const datatrove = 'datatrove==0.10.0';
const packages = ['datatrove[processing]==0.10.0', 'spacy==3.8.18'];
const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const answerSchema = z.object({
  seconds: z.number(),
  processorSeconds: z.number(),
  /** Of each document: `keep`, or the filter and its reason. */
  decisions: z.array(z.string()),
});

const EVERY = 16; // documents are timed, so that the peer has four rounds in a minute
const filterOf = (decision: string): string => decision.split(' ', 1)[0];

/** Of the documents that are timed, in UTF-8. */
async function megabytes(file: string): Promise<number> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const timed = lines.filter((_, at) => at % EVERY === 0).map((line) => z.string().parse(JSON.parse(line)));
  return timed.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
}

/** Every so manyth document. */
interface Request {
  readonly language: Language;
  readonly every: number;
}

export async function openRecipeCases(say: (line: string) => void): Promise<Bench> {
  say('fetches documents where they are missing');
  const files = await fetchDocuments();
  const korean = { ...gopherDefaults.ko, shortLineLength: shortLineLength.ko };
  const running = new Map<string, LineProcess>();
  const start = {
    ours: () =>
      startLines(process.execPath, ['--import', 'tsx', place('recipe-ours.ts'), JSON.stringify({ files })]),
    theirs: async () => {
      say(`installs ${datatrove} where it is missing`);
      const python = await installPython(datatrove.replace('==', '-'), packages);
      return startPython(python, place('datatrove-peer.py'), { files, korean });
    },
  };
  const ask = async (side: keyof typeof start, request: Request) => {
    const line = running.get(side) ?? (await start[side]());
    running.set(side, line);
    return answerSchema.parse(await line.ask(request));
  };
  const timed = (name: string, side: keyof typeof start, language: Language): Side => ({
    name,
    run: () => ask(side, { language, every: EVERY }),
  });

  const speed = async (language: Language): Promise<Case> => ({
    ...{ name: `recipe ${language}`, unit: 'MB', rounds: 3 },
    amount: await megabytes(files[language]),
    ours: timed('ours', 'ours', language),
    peers: [timed(datatrove, 'theirs', language)],
  });
  const differing = (language: Language): Goal => ({
    ...{ name: `recipe ${language}: documents decided otherwise`, unit: '%', goal: 0.5, rounds: 1 },
    measure: async () => {
      const request = { language, every: language === 'en' ? 4 : 1 };
      const ours = (await ask('ours', request)).decisions;
      const theirs = (await ask('theirs', request)).decisions;
      const other = ours.filter((it, at) => filterOf(it) !== filterOf(theirs[at])).length;
      return (100 * Math.max(other, 0.5)) / ours.length; // half a one for none, so that there is a ratio
    },
  });
  return {
    cases: [await speed('en'), await speed('ko')],
    goals: [differing('en'), differing('ko'), ...languageGoals()],
    remarks: [
      `${datatrove}: its Gopher, C4 and FineWeb filters, one process; words by spaCy 3.8.18. Where none is decided otherwise, half a document stands`,
    ],
    close: async () => {
      for (const line of running.values()) await line.close();
    },
  };
}
