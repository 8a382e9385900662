// The case `languages`: how many lines of 4 to 12 words of LibreOffice's help are told to be in another language than they are.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { loadTellLanguage } from '../../runtimes/languages/identifier.ts';
import type { Goal } from '../measure.ts';
import { fetchDocuments } from './corpus.ts';

const HELP_PAGES = 2_560; // at the end of the English documents

async function shortLines(file: string): Promise<string[]> {
  const documents = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-HELP_PAGES);
  const lines = documents.flatMap((line) => z.string().parse(JSON.parse(line)).split('\n'));
  const words = (line: string): number => line.trim().split(/\s+/).length;
  return [...new Set(lines)].filter((line) => words(line) >= 4 && words(line) <= 12);
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Sentences: they end in a mark, and have no sign that only code and tables have. */
const isSentence = (line: string): boolean => /[.?!]$/.test(line) && !/[(){}=[\]_<>;/\\"]|\w\.\w/.test(line);

/** What was never translated is English on Korean pages, and most letters of a Korean line are Hangul. */
async function koreanLines(): Promise<string[]> {
  const { en, ko } = await fetchDocuments();
  const english = new Set(await shortLines(en));
  const isKorean = (line: string): boolean => count(line, /[가-힣]/g) > count(line, /[A-Za-z]/g);
  return (await shortLines(ko)).filter((line) => !english.has(line) && isKorean(line));
}

const englishLines = async (): Promise<string[]> =>
  (await shortLines((await fetchDocuments()).en)).filter(isSentence);

export function languageGoals(): Goal[] {
  const goal = (language: string, read: () => Promise<string[]>): Goal => ({
    ...{ name: `languages ${language}: lines told otherwise`, unit: '%', goal: 0.5, rounds: 1 },
    measure: async () => {
      const tell = await loadTellLanguage();
      const lines = await read();
      const other = lines.filter((line) => tell(line).language !== language).length;
      return (100 * Math.max(other, 0.5)) / lines.length; // half a one for none, so that there is a ratio
    },
  });
  return [goal('en', englishLines), goal('ko', koreanLines)];
}
