// Names of emoji in Unicode's CLDR, from emojibase-data: half a megabyte a language, read when a text first has an emoji.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { EmojiNames } from '../../pipeline/cleaning/language/analysers.ts';

const named = z.object({ label: z.string(), unicode: z.string() });
const emojiSchema = z.array(named.extend({ skins: z.array(named).optional() }));

const SELECTORS = /[\uFE0E\uFE0F]/g;

const fileOf = {
  en: () => import.meta.resolve('emojibase-data/en/compact.json'),
  ko: () => import.meta.resolve('emojibase-data/ko/compact.json'),
};

/** @throws Error where the package is not as it was */
export async function loadEmojiNames(language: 'en' | 'ko'): Promise<EmojiNames> {
  const emoji = emojiSchema.parse(JSON.parse(await readFile(fileURLToPath(fileOf[language]()), 'utf8')));
  const all = emoji.flatMap((it) => [it, ...(it.skins ?? [])]);
  return new Map(all.map(({ label, unicode }) => [unicode.replace(SELECTORS, ''), label]));
}
