// How well a tokenizer fits each language of a corpus. Fertility and the share of words that are kept whole: Rust et al.
// 2021 (arXiv:2012.15613), section 4; the first by words between white space, the second by runs of letters, since
// punctuation never belongs to a word's token.
import type { LanguageStatistics } from '../../contracts/stage-results.ts';
import type { TokenCounts } from './statistics.ts';
import { countWords, ratio } from './statistics.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Rows at most; of more languages, the rarest share the last one. */
const MOST_LANGUAGES = 12;

/** What the last row is named that stands for several languages: "multiple languages" in ISO 639-2. */
const SEVERAL = 'mul';

/** Units of a text between two pauses. */
const PIECE = 1 << 16;

/** A corpus, document by document. */
export interface CorpusByLanguage {
  readonly texts: readonly string[];
  /** ISO 639 code of each. */
  readonly languages: readonly string[];
  readonly counts: TokenCounts;
  /** By the tokenizer before its vocabulary was extended. */
  readonly countsBefore?: TokenCounts;
}

interface Tokens {
  tokens: number;
  read: number;
  unknown: number;
}

/** What a language's documents hold. */
interface Gathered extends Tokens {
  language: string;
  documents: number;
  words: number;
  before?: Tokens;
  /** How often each code point occurs, white space included. */
  readonly characters: Map<number, number>;
  /** How often each run of letters occurs. */
  readonly letters: Map<string, number>;
}

/** Gathers what is described, so that others may run between two pieces of it; most documents first. */
export function* gatherLanguagesSteps(corpus: CorpusByLanguage): Generator<undefined, readonly Gathered[]> {
  const ranked = rank(corpus.languages);
  const named = new Set(
    ranked.slice(0, ranked.length > MOST_LANGUAGES ? MOST_LANGUAGES - 1 : MOST_LANGUAGES),
  );
  const found = new Map<string, Gathered>();
  for (const [index, text] of corpus.texts.entries()) {
    const own = corpus.languages[index];
    const language = named.has(own) ? own : SEVERAL;
    const gathered = found.get(language) ?? nothing(language);
    found.set(language, gathered);
    gathered.documents += 1;
    addTokens(gathered, corpus.counts, index);
    if (corpus.countsBefore)
      addTokens((gathered.before ??= { tokens: 0, read: 0, unknown: 0 }), corpus.countsBefore, index);
    for (const piece of piecesOf(text)) {
      gather(gathered, piece.normalize('NFC'));
      yield;
    }
  }
  return [...named, SEVERAL].flatMap((language) => found.get(language) ?? []);
}

/** @returns a row a language, in the order in which they were gathered */
export async function describeLanguages(
  gathered: readonly Gathered[],
  tokenizer: Pick<Tokenizer, 'encodeWhole' | 'unknownId'>,
): Promise<LanguageStatistics[]> {
  const rows: LanguageStatistics[] = [];
  for (const { language, documents, words, tokens, read, unknown, before, characters, letters } of gathered) {
    const seen = [...characters].filter(([point]) => !isSpace(String.fromCodePoint(point)));
    const singles = seen.map(([point, count]) => [String.fromCodePoint(point), count] as const);
    const runs = [...letters].map(([word, count]) => [` ${word}`, count] as const); // as it stands within a text
    rows.push({
      ...{ language, documents, words, fertility: ratio(tokens, words) },
      charactersPerToken: ratio(sum([...characters.values()]), tokens),
      wholeWordShare: await share(
        runs,
        tokenizer,
        (ids) => ids.length === 1 && ids[0] !== tokenizer.unknownId,
      ),
      characterCoverage: await share(singles, tokenizer, (ids) => !ids.includes(tokenizer.unknownId)),
      unknownRate: ratio(unknown, read),
      ...(before && {
        before: {
          fertility: ratio(before.tokens, words),
          unknownRate: ratio(before.unknown, before.read),
        },
      }),
    });
  }
  return rows;
}

function addTokens(to: Tokens, counts: TokenCounts, index: number): void {
  to.tokens += counts.tokens[index];
  to.read += counts.read[index];
  to.unknown += counts.unknown[index];
}

function rank(languages: readonly string[]): string[] {
  const documents = new Map<string, number>();
  for (const language of languages) documents.set(language, (documents.get(language) ?? 0) + 1);
  return [...documents]
    .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([language]) => language);
}

function nothing(language: string): Gathered {
  const counted = { documents: 0, words: 0, tokens: 0, read: 0, unknown: 0 };
  return { language, ...counted, characters: new Map(), letters: new Map() };
}

/** Cuts a text behind white space, so that no word is in two pieces unless it is longer than one. */
function* piecesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const rest = text.length - from <= PIECE ? undefined : text.slice(from, from + PIECE);
    const length = rest === undefined ? text.length - from : rest.search(/\s\S*$/) + 1 || PIECE;
    yield text.slice(from, from + length);
    from += length;
  }
}

function gather(gathered: Gathered, piece: string): void {
  const { characters, letters } = gathered;
  gathered.words += countWords(piece);
  for (const character of piece) {
    const point = character.codePointAt(0) ?? 0;
    characters.set(point, (characters.get(point) ?? 0) + 1);
  }
  for (const [run] of piece.matchAll(/[\p{L}\p{M}]+/gu)) letters.set(run, (letters.get(run) ?? 0) + 1);
}

/** Share of all occurrences whose text is encoded so. */
async function share(
  counted: readonly (readonly [text: string, count: number])[],
  tokenizer: Pick<Tokenizer, 'encodeWhole'>,
  holds: (ids: readonly number[]) => boolean,
): Promise<number> {
  let [index, kept] = [0, 0];
  for await (const chunk of tokenizer.encodeWhole(counted.map(([text]) => text))) {
    for (const ids of chunk) {
      if (holds(ids)) kept += counted[index][1];
      index += 1;
    }
  }
  return ratio(kept, sum(counted.map(([, count]) => count)));
}

const isSpace = (character: string): boolean => /^\s$/.test(character);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, count) => total + count, 0);
