// Counts a corpus' words, as normalizeText and preTokenize give them, in one pass over its UTF-16 units. Units that stand
// for one plain unit take the fast way; a stretch with any other (surrogates, decompositions) goes through those two.
import { characterClass, characterClasses } from './character-classes.ts';
import type { NormalizationOptions } from './pre-tokenize.ts';
import { normalizationOf, normalizeText, preTokenize } from './pre-tokenize.ts';
import { createWordTable, hashUnit } from './word-table.ts';

/** Counts words of texts that come one after the other, from a stream for instance. */
export interface WordCounter {
  readonly add: (text: string) => void;
  /** @returns counts by word, in the order of first appearance. */
  readonly counts: () => Map<string, number>;
}

/** How far counting has come. */
export interface CountingProgress {
  readonly texts: number;
}

const LETTER = 0;
const DROPPED = 1;
const SPACE = 2;
/** A word by itself: punctuation or an ideograph. */
const ALONE = 3;
/** Everything that one unit cannot tell or that becomes several. */
const HARD = 4;

interface UnitTable {
  /** [65536] what to do with a unit. */
  readonly kinds: Uint8Array;
  /** [65536] the unit that it becomes. */
  readonly units: Uint16Array;
}

/** Works out for every UTF-16 unit what the normaliser makes of it. */
function unitTable(options: Required<NormalizationOptions>): UnitTable {
  const classes = characterClasses();
  const kinds = new Uint8Array(0x10000);
  const units = new Uint16Array(0x10000);
  const alone = characterClass.punctuation | (options.spaceCjk ? characterClass.cjk : 0);
  for (let unit = 0; unit < 0x10000; unit += 1) {
    const bits = classes[unit];
    units[unit] = unit;
    if (unit >= 0xd800 && unit <= 0xdfff) kinds[unit] = HARD;
    else if ((bits & characterClass.dropped) !== 0) kinds[unit] = DROPPED;
    else if ((bits & characterClass.space) !== 0) kinds[unit] = SPACE;
    else {
      const text = String.fromCharCode(unit);
      const decomposes =
        options.stripAccents && ((bits & characterClass.mark) !== 0 || text.normalize('NFD') !== text);
      const becomes = options.lowercase ? text.toLowerCase() : text;
      const hard = decomposes || becomes.length !== 1;
      kinds[unit] = hard ? HARD : (bits & alone) !== 0 ? ALONE : LETTER;
      units[unit] = becomes.charCodeAt(0);
    }
  }
  return { kinds, units };
}

/**
 * Creates a counter.
 * @param options those that the tokenizer will be written with
 */
export function createWordCounter(options: NormalizationOptions = {}): WordCounter {
  const normalization = normalizationOf(options);
  const { kinds, units } = unitTable(normalization);
  const table = createWordTable();
  let word = new Uint16Array(256);

  /** Counts text[start, end) the careful way. */
  const addHard = (text: string, start: number, end: number): void => {
    for (const part of preTokenize(normalizeText(text.slice(start, end), normalization))) {
      let hash = 0;
      if (part.length > word.length) word = new Uint16Array(part.length * 2);
      for (let index = 0; index < part.length; index += 1) {
        word[index] = part.charCodeAt(index);
        hash = hashUnit(hash, word[index]);
      }
      table.add(word, part.length, hash);
    }
  };

  /** @returns where the stretch with `from` ends: at the next space or word by itself. */
  const endOfStretch = (text: string, from: number): number => {
    let end = from + 1;
    while (end < text.length && (kinds[text.charCodeAt(end)] & 2) === 0) end += 1; // SPACE and ALONE have that bit
    return end;
  };

  const add = (given: string): void => {
    const text = given.normalize('NFC');
    if (text.length > word.length) word = new Uint16Array(text.length * 2);
    let start = 0; // of the stretch that the word in the buffer came from
    let length = 0;
    let hash = 0;
    for (let index = 0; index < text.length; index += 1) {
      const raw = text.charCodeAt(index);
      const kind = kinds[raw];
      if (kind === LETTER) {
        const unit = units[raw];
        word[length] = unit;
        length += 1;
        hash = hashUnit(hash, unit);
        continue;
      }
      if (kind === DROPPED) continue;
      if (kind === HARD) {
        const end = endOfStretch(text, index);
        addHard(text, start, end);
        index = end - 1;
      } else {
        if (length > 0) table.add(word, length, hash);
        if (kind === ALONE) {
          word[0] = units[raw];
          table.add(word, 1, hashUnit(0, word[0]));
        }
      }
      start = index + 1;
      length = 0;
      hash = 0;
    }
    if (length > 0) table.add(word, length, hash);
  };

  return { add, counts: table.counts };
}

// Units of text between two yields: under a millisecond of work, a little more where one text is longer.
const UNITS_PER_STEP = 1 << 15;

/**
 * Counts words in steps of about a millisecond, so that the host can see to its event loop in between.
 * @example
 * const steps = countWordsSteps(texts);
 * let step = steps.next();
 * for (; step.done !== true; step = steps.next()) if (clock() > due) await pause();
 * step.value; // the counts
 */
export function* countWordsSteps(
  texts: Iterable<string>,
  options: NormalizationOptions = {},
): Generator<CountingProgress, Map<string, number>> {
  const counter = createWordCounter(options);
  let counted = 0;
  let pending = 0;
  for (const text of texts) {
    counter.add(text);
    counted += 1;
    pending += text.length;
    if (pending < UNITS_PER_STEP) continue;
    pending = 0;
    yield { texts: counted };
  }
  return counter.counts();
}

/**
 * Counts the words of all texts.
 * @example countWords(['To be, or not to be']) → Map { 'to' → 2, 'be' → 2, ',' → 1, 'or' → 1, 'not' → 1 }
 */
export function countWords(texts: Iterable<string>, options: NormalizationOptions = {}): Map<string, number> {
  const steps = countWordsSteps(texts, options);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
