// Parts what stands between blanks into words and punctuation by the rules of spaCy 3.8's tokenizer (spacy.tokenizer,
// Explosion, MIT): exceptions first, then prefixes and suffixes one by one, addresses whole, then infixes. Where spaCy lists
// letters of single scripts, any letter counts here.
import type { Exceptions } from './exceptions.ts';
import { looksLikeAddress } from './looks-like-address.ts';

const LOWER = String.raw`\p{Ll}\p{Lo}`;
const UPPER = String.raw`\p{Lu}\p{Lo}`;
const CURRENCY = '[$£€¥฿₽﷼₴₠-₿]';
const PUNCTUATION = ',:;!?¿؟¡()\\[\\]{}<>_#*&。？！，、；：～·।۔؛٪';
const QUOTES = '\'"”“`‘´’‚„»«「」『』（）〔〕【】《》〈〉⟦⟧';
const UNITS =
  '(?:km²|km³|km|m²|m³|m|dm²|dm³|dm|cm²|cm³|cm|mm²|mm³|mm|ha|µm|nm|yd|in|ft|kg|g|mg|µg|t|lb|oz|m\\/s|km\\/h|kmh|mph|hPa|Pa|' +
  'mbar|mb|MB|kb|KB|gb|GB|tb|TB|T|G|M|K|%)';
const HYPHENS = '(?:---?|-|–|—{1,2}|~)';

const PREFIX = new RegExp(
  `^(?:[§%=—–${PUNCTUATION}…${QUOTES}\\p{So}]|\\+(?!\\d)|\\.\\.+|(?:US|C|A)\\$|${CURRENCY})`,
  'u',
);
const SUFFIX = new RegExp(
  `(?:[${PUNCTUATION}…${QUOTES}\\p{So}—–]|['’][sS]|(?<=\\d)\\+|(?<=°[FfCcKk])\\.|(?<=\\d)(?:(?:US|C|A)?\\$|${CURRENCY})|` +
    `(?<=\\d)${UNITS}|(?<=[\\d${LOWER}%²+\\-${PUNCTUATION}…${QUOTES}])\\.|(?<=[${UPPER}][${UPPER}])\\.)$`,
  'u',
);
const LONGEST_EXCEPTION = 16; // units
const LONGEST_SUFFIX = 8; // with what it looks back on; a run of dots is longer, and is found apart

/** @param digitsHyphenate English also parts `1-a` */
const infixOf = (digitsHyphenate: boolean): RegExp =>
  new RegExp(
    `\\.\\.+|[…\\p{So}]|(?<=\\d)[+\\-*^](?=[\\d-])|(?<=[${LOWER}${QUOTES}])\\.(?=[${UPPER}${QUOTES}])|(?<=\\p{L}),(?=\\p{L})|` +
      `(?<=[\\p{L}${digitsHyphenate ? '\\d' : ''}])${HYPHENS}(?=\\p{L})|(?<=[\\p{L}\\d])[:<>=/](?=\\p{L})`,
    'gu',
  );

/** @returns the words of a piece of text without blanks, in their order */
export type SplitChunk = (chunk: string) => readonly string[];

function suffixLength(text: string): number {
  if (text.endsWith('..')) {
    let start = text.length - 2;
    while (start > 0 && text[start - 1] === '.') start -= 1;
    return text.length - start;
  }
  return SUFFIX.exec(text.slice(-LONGEST_SUFFIX))?.[0].length ?? 0;
}

/** @param options.english false: the rules that spaCy has for any language */
export function createSplitChunk(
  exceptions: Exceptions,
  { english }: { readonly english: boolean },
): SplitChunk {
  const infix = infixOf(english);

  const inner = (text: string): string[] => {
    if (looksLikeAddress(text)) return [text];
    const words: string[] = [];
    let done = 0;
    for (const { index, 0: piece } of text.matchAll(infix)) {
      if (index === 0) continue;
      if (index > done) words.push(text.slice(done, index));
      words.push(piece);
      done = index + piece.length;
    }
    if (done < text.length) words.push(text.slice(done));
    return words;
  };

  const affixes = (chunk: string, excepted: Exceptions): string[] => {
    const before: string[] = [];
    const after: string[] = [];
    let text = chunk;
    const has = (it: string): boolean => it.length <= LONGEST_EXCEPTION && excepted.has(it);
    for (let last = -1; text !== '' && text.length !== last && !has(text); ) {
      last = text.length;
      const prefix = PREFIX.exec(text)?.[0].length ?? 0;
      if (prefix > 0 && has(text.slice(prefix))) {
        before.push(text.slice(0, prefix));
        text = text.slice(prefix);
        break;
      }
      const suffix = suffixLength(text.slice(prefix));
      const body = suffix > 0 ? text.slice(0, -suffix) : text;
      if (suffix > 0 && has(body)) {
        after.push(text.slice(-suffix));
        text = body;
        break;
      }
      if (prefix > 0) before.push(text.slice(0, prefix));
      if (suffix > 0) after.push(text.slice(-suffix));
      text = body.slice(prefix);
    }
    return [...before, ...(text === '' ? [] : (excepted.get(text) ?? inner(text))), ...after.reverse()];
  };

  const join = joinExceptions(exceptions, (text) => affixes(text, new Map()));
  return (chunk) => exceptions.get(chunk) ?? join(affixes(chunk, exceptions));
}

/** Words that follow each other in an exception, and what stands in the place of those that end here. */
interface Branch {
  readonly next: Map<string, Branch>;
  made?: readonly string[];
}

/** Exceptions that the rules parted are put together again, the longest first: `so:)` has an emoticon in it. */
function joinExceptions(
  exceptions: Exceptions,
  part: SplitChunk,
): (words: readonly string[]) => readonly string[] {
  const root: Branch = { next: new Map() };
  for (const [text, made] of exceptions) {
    const parts = part(text);
    if (parts.length < 2) continue;
    let branch = root;
    for (const word of parts) {
      const next = branch.next.get(word) ?? { next: new Map<string, Branch>() };
      branch.next.set(word, next);
      branch = next;
    }
    branch.made = made;
  }

  const longestAt = (
    words: readonly string[],
    start: number,
  ): { end: number; made: readonly string[] } | undefined => {
    let branch = root.next.get(words[start]);
    let found: { end: number; made: readonly string[] } | undefined;
    for (let end = start + 1; branch !== undefined; end += 1) {
      if (branch.made) found = { end, made: branch.made };
      branch = branch.next.get(words[end]);
    }
    return found;
  };

  return (words) => {
    const joined: string[] = [];
    for (let at = 0; at < words.length; ) {
      const found = longestAt(words, at);
      // A longer one that begins within this one comes first, as it does in spaCy.
      const next = found && found.end - at > 1 ? longestAt(words, at + 1) : undefined;
      if (found && !(next && next.end - (at + 1) > found.end - at)) {
        joined.push(...found.made);
        at = found.end;
      } else {
        joined.push(words[at]);
        at += 1;
      }
    }
    return joined;
  };
}
