// Splits text as GPT-2 does: a contraction's end, a run of letters, of digits or of anything else with the space before
// it, and white space. One pass over UTF-16 units does what the pattern
// /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/u does, several times as fast.
import type { CountingProgress } from './count-words.ts';
import { toLowercase } from './pre-tokenize.ts';
import { createWordTable, hashUnit } from './word-table.ts';

const LETTER = 1;
const DIGIT = 2;
const OTHER = 3;
const SPACE = 4;
/** Of a surrogate that may begin a pair: the kind is the whole character's. */
const HALF = 5;

/** Unicode's White_Space: that of a regular expression here has U+FEFF too, and lacks U+0085. */
const whiteSpace = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function kindOf(character: string): number {
  if (whiteSpace.test(character)) return SPACE;
  if (/\p{L}/u.test(character)) return LETTER;
  return /\p{N}/u.test(character) ? DIGIT : OTHER;
}

let kinds: Uint8Array | undefined;

/** [65536] the kind of each unit; made at the first call. */
function unitKinds(): Uint8Array {
  kinds ??= Uint8Array.from({ length: 0x10000 }, (_, unit) =>
    unit >= 0xd800 && unit <= 0xdbff ? HALF : kindOf(String.fromCharCode(unit)),
  );
  return kinds;
}

const beyond = new Map<number, number>();

/** Of a character that begins with half a pair of surrogates. */
function kindBeyond(text: string, index: number): number {
  const code = text.codePointAt(index) ?? 0;
  const known = beyond.get(code);
  if (known !== undefined) return known;
  const kind = kindOf(String.fromCodePoint(code));
  beyond.set(code, kind);
  return kind;
}

function kindAt(text: string, index: number, table: Uint8Array): number {
  const kind = table[text.charCodeAt(index)];
  return kind === HALF ? kindBeyond(text, index) : kind;
}

/** Where the run of a kind that `start` is in ends. */
function endOf(kind: number, text: string, start: number, table: Uint8Array): number {
  let end = start;
  for (; end < text.length; end += 1) {
    const found = table[text.charCodeAt(end)];
    if (found === kind) continue;
    if (found !== HALF || kindBeyond(text, end) !== kind) return end;
    if ((text.codePointAt(end) ?? 0) > 0xffff) end += 1;
  }
  return end;
}

const QUOTE = 0x27;
const BLANK = 0x20;
const contractions = new Set(['s', 't', 'm', 'd', 're', 've', 'll']);

/** @returns the units of a contraction's end at `start`, the quote included; 0 where there is none */
function contractionAt(text: string, start: number): number {
  if (contractions.has(text.charAt(start + 1))) return 2;
  return contractions.has(text.slice(start + 1, start + 3)) ? 3 : 0;
}

/** Calls back with the place of each word; together the words are the text. */
export function splitByteLevel(text: string, word: (start: number, end: number) => void): void {
  const table = unitKinds();
  for (let start = 0; start < text.length; ) {
    const contraction = text.charCodeAt(start) === QUOTE ? contractionAt(text, start) : 0;
    const end = contraction > 0 ? start + contraction : endOfWord(text, start, table);
    word(start, end);
    start = end;
  }
}

function endOfWord(text: string, start: number, table: Uint8Array): number {
  const kind = kindAt(text, start, table);
  if (kind !== SPACE) return endOf(kind, text, start, table);
  const next = start + 1; // white space is one unit wide
  const follows = next < text.length ? kindAt(text, next, table) : SPACE;
  if (follows !== SPACE) return text.charCodeAt(start) === BLANK ? endOf(follows, text, next, table) : next;
  const end = endOf(SPACE, text, start, table);
  return end === text.length ? end : end - 1; // the last goes with what follows
}

// Units of text between two yields: about a millisecond of work.
const UNITS_PER_STEP = 1 << 15;

/** What the normaliser does besides NFC; written into tokenizer.json, so that encoding does the same. */
export interface ByteLevelOptions {
  /** Default false. */
  readonly lowercase?: boolean;
}

/** Counts words in short steps; texts are brought to NFC, as the tokenizer does it. */
export function* countByteLevelWordsSteps(
  texts: Iterable<string>,
  { lowercase = false }: ByteLevelOptions = {},
): Generator<CountingProgress, Map<string, number>> {
  const table = createWordTable();
  let buffer = new Uint16Array(256);
  let text = '';
  const count = (start: number, end: number): void => {
    if (end - start > buffer.length) buffer = new Uint16Array(2 * (end - start));
    let hash = 0;
    for (let index = start; index < end; index += 1) {
      const unit = text.charCodeAt(index);
      buffer[index - start] = unit;
      hash = hashUnit(hash, unit);
    }
    table.add(buffer, end - start, hash);
  };
  let counted = 0;
  let pending = 0;
  for (const given of texts) {
    const composed = given.normalize('NFC');
    text = lowercase ? toLowercase(composed) : composed;
    splitByteLevel(text, count);
    counted += 1;
    pending += text.length;
    if (pending < UNITS_PER_STEP) continue;
    pending = 0;
    yield { texts: counted };
  }
  return table.counts();
}

/** Counts the words of all texts. */
export function countByteLevelWords(
  texts: Iterable<string>,
  options: ByteLevelOptions = {},
): Map<string, number> {
  const steps = countByteLevelWordsSteps(texts, options);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
