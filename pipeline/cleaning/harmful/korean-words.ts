// Korean abuse as it is written to get past lists: with syllables in pieces (ㅅㅣ발), with signs or blanks within (시.발, 시 발),
// with a vowel drawn out (시이발), with a tense consonant (씨발), or as the consonants alone (ㅅㅂ).

const LEADS = Array.from('ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ');
const VOWELS = Array.from('ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ');
const TAILS = ['', ...Array.from('ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ')];
const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const isVowel = (jamo: string | undefined): boolean => jamo !== undefined && jamo >= 'ㅏ' && jamo <= 'ㅣ';

const INVISIBLE = /[\u00AD\u200B-\u200F\u2060\uFE00-\uFE0F\uFEFF]/g;
/** Hangul, with digits and signs within, but no blank. */
const TOKEN = /[가-힣ㄱ-ㅎㅏ-ㅣ](?:[\d\p{P}\p{S}]{0,3}[가-힣ㄱ-ㅎㅏ-ㅣ])*/gu;
/** Syllables that stand alone, one after the other. */
const SPACED = /(?<![가-힣])[가-힣](?:[ \t]{1,3}[가-힣](?![가-힣])){1,9}/g;
const CONSONANTS = /[ㄱ-ㅎ]{2,}/g;
const LAUGHTER = /[ㅋㅎㅠㅜ]+/g;
const LONGEST_TOKEN = 60;

/**
 * Takes syllables apart into letters, for comparing: tense s is s, and a vowel that is said again is said once.
 * @example koreanLetters('씨이발') → 'ㅅㅣㅂㅏㄹ'
 */
export function koreanLetters(text: string): string {
  let letters = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < FIRST_SYLLABLE || code > LAST_SYLLABLE) {
      letters += character;
      continue;
    }
    const at = code - FIRST_SYLLABLE;
    const [lead, vowel, tail] = [
      LEADS[Math.floor(at / 588)],
      VOWELS[Math.floor(at / 28) % 21],
      TAILS[at % 28],
    ];
    const isDrawnOut = lead === 'ㅇ' && letters.endsWith(vowel);
    letters += (isDrawnOut ? '' : lead + vowel) + tail;
  }
  return letters.replaceAll('ㅆ', 'ㅅ').replace(/([ㅏ-ㅣ])\1+/g, '$1');
}

export interface KoreanList {
  /** Beginnings of words. */
  readonly words: readonly string[];
  /** Words that begin like those and are none. */
  readonly harmless?: readonly string[];
  /** Consonants that stand for words, when nothing but laughter is beside them. */
  readonly choseong?: readonly string[];
}

/** @returns what counts in a text the words that are on the list */
export function createKoreanCounter({
  words,
  harmless = [],
  choseong = [],
}: KoreanList): (text: string) => number {
  const beginnings = new Map<string, string[]>(); // by their first two letters
  for (const letters of words.map(koreanLetters)) {
    const key = letters.slice(0, 2);
    beginnings.set(key, [...(beginnings.get(key) ?? []), letters]);
  }
  const runs = new Set(choseong);

  const isListed = (token: string): boolean => {
    const hangul = token.replace(/[^가-힣ㄱ-ㅎㅏ-ㅣ]/g, '');
    if (harmless.some((word) => hangul.startsWith(word))) return false;
    const letters = koreanLetters(hangul);
    return (beginnings.get(letters.slice(0, 2)) ?? []).some(
      // Where a vowel follows, the last consonant begins another syllable: 시바라 is not what 시발 is.
      (word) => letters.startsWith(word) && (isVowel(word.at(-1)) || !isVowel(letters[word.length])),
    );
  };
  return (text) => {
    const plain = text.normalize('NFC').replace(INVISIBLE, '');
    let count = 0;
    for (const [token] of plain.matchAll(TOKEN))
      if (token.length <= LONGEST_TOKEN && isListed(token)) count += 1;
    for (const [spaced] of plain.matchAll(SPACED)) if (isListed(spaced)) count += 1;
    for (const [run] of plain.matchAll(CONSONANTS)) if (runs.has(run.replace(LAUGHTER, ''))) count += 1;
    return count;
  };
}
