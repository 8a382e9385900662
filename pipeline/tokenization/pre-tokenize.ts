// Text to words as Hugging Face's NFC, BertNormalizer and BertPreTokenizer do it (after Devlin et al. 2019, arXiv:1810.04805,
// BasicTokenizer): compose, clean, space ideographs, strip accents, lower-case, split at spaces and punctuation. BERT does not
// compose; Hangul that came as jamo would be other characters there, unknown to a vocabulary of syllables.
import { characterClass, characterClasses } from './character-classes.ts';

/** What the normaliser does besides cleaning; written into tokenizer.json, so that encoding does the same. */
export interface NormalizationOptions {
  /** Default true. */
  readonly lowercase?: boolean;
  /**
   * Decomposes (NFD) and removes non-spacing marks. Default false, also where lowercase is true: decomposition
   * takes Hangul syllables apart into jamo and nothing puts them together again, "한" would be three characters.
   * Without it text is in NFC, one character a syllable.
   */
  readonly stripAccents?: boolean;
  /** Makes each CJK ideograph a word (Hangul and kana are written with spaces or in runs, and are not touched). Default true. */
  readonly spaceCjk?: boolean;
}

/** The options with their defaults. */
export function normalizationOf(options: NormalizationOptions = {}): Required<NormalizationOptions> {
  const { lowercase = true, stripAccents = false, spaceCjk = true } = options;
  return { lowercase, stripAccents, spaceCjk };
}

/**
 * Normalises a text as NFC and BertNormalizer do; lone surrogates are dropped, as U+FFFD is.
 * @example normalizeText('Grüße,\n李!') → 'grüße,  李 !'
 */
export function normalizeText(text: string, options: NormalizationOptions = {}): string {
  const { lowercase, stripAccents, spaceCjk } = normalizationOf(options);
  const cleaned = clean(text.normalize('NFC'), spaceCjk);
  const stripped = stripAccents ? withoutMarks(cleaned) : cleaned;
  return lowercase ? toLowercase(stripped) : stripped;
}

/**
 * Splits a normalised text into words: at white space, and around every punctuation character.
 * @example preTokenize('do not, please') → ['do', 'not', ',', 'please']
 */
export function preTokenize(normalized: string): string[] {
  const classes = characterClasses();
  const boundary = characterClass.space | characterClass.punctuation;
  const words: string[] = [];
  let start = 0;
  for (let index = 0; index < normalized.length; ) {
    const code = codePointAt(normalized, index);
    const width = code > 0xffff ? 2 : 1;
    if ((classes[code] & boundary) !== 0) {
      if (index > start) words.push(normalized.slice(start, index));
      start = index + width;
      if ((classes[code] & characterClass.punctuation) !== 0) words.push(normalized.slice(index, start));
    }
    index += width;
  }
  if (normalized.length > start) words.push(normalized.slice(start));
  return words;
}

function codePointAt(text: string, index: number): number {
  return text.codePointAt(index) ?? 0;
}

function isLoneSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/** Removes what is no text, turns white space into spaces and, where asked, puts spaces around ideographs. */
function clean(text: string, spaceCjk: boolean): string {
  const classes = characterClasses();
  let cleaned = '';
  for (const character of text) {
    const code = codePointAt(character, 0);
    const bits = classes[code];
    if (bits === 0 && !isLoneSurrogate(code)) cleaned += character;
    else if ((bits & characterClass.dropped) !== 0 || isLoneSurrogate(code)) continue;
    else if ((bits & characterClass.space) !== 0) cleaned += ' ';
    else if (spaceCjk && (bits & characterClass.cjk) !== 0) cleaned += ` ${character} `;
    else cleaned += character;
  }
  return cleaned;
}

/** Canonical decomposition without the non-spacing marks. */
function withoutMarks(text: string): string {
  const classes = characterClasses();
  const has = (character: string, bit: number): boolean => (classes[codePointAt(character, 0)] & bit) !== 0;
  const characters = Array.from(text);
  const decomposed = characters.some((character) => has(character, characterClass.undecomposed))
    ? characters.map((c) => (has(c, characterClass.undecomposed) ? c : c.normalize('NFD'))).join('')
    : text.normalize('NFD');
  return Array.from(decomposed)
    .filter((character) => !has(character, characterClass.mark))
    .join('');
}

/** Lower case character by character: Σ becomes σ at a word's end too, as in Hugging Face tokenizers. */
export function toLowercase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}
