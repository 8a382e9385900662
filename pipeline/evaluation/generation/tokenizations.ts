// How BLEU's texts become tokens: those of sacrebleu that need no other program, or one of the caller's. For Korean take
// `char`, or morphemes; sacrebleu's own `ko-mecab` needs MeCab and its dictionary.
import { splitWhiteSpace } from './white-space.ts';

/** A way to split a text, and what a signature calls it. */
export interface Tokenization {
  readonly name: string;
  readonly split: (text: string) => readonly string[];
}

/** The rules of mteval-v13a for symbols, full stops, commas and dashes, one after the other. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/([{-~[-` -&(-+:-@/])/gu, ' $1 '],
  [/([^0-9])([.,])/gu, '$1 $2 '],
  [/([.,])([^0-9])/gu, ' $1 $2'],
  [/([0-9])(-)/gu, '$1 $2 '],
];

function split13a(text: string): readonly string[] {
  let line = text.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  line = line
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  line = ` ${line} `;
  for (const [pattern, replacement] of rules) line = line.replace(pattern, replacement);
  return splitWhiteSpace(line);
}

export const tokenizations = {
  /** That of WMT, for languages written with spaces. */
  '13a': { name: '13a', split: split13a },
  /** At white space: for texts that are tokens already. */
  none: { name: 'none', split: splitWhiteSpace },
  /** Every character but white space: for Korean, Chinese, Japanese. */
  char: { name: 'char', split: (text) => splitWhiteSpace(text).flatMap((word) => Array.from(word)) },
} as const satisfies Record<string, Tokenization>;
