// Drops what is no running text: lists, collections of links, and pieces of sentences, as menus, indexes and previews leave them.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { codePointCounter, strip } from './words/characters.ts';
import { terminalPunctuation } from './words/punctuation.ts';
import type { CleaningStep } from './working-document.ts';

type Options = Extract<CleaningStepSpec, { step: 'text-shape' }>;

const ITEM = /^(?:[•‣◦▪●○■□※·*+–-]|\(?\d{1,3}[.)]|\(?[a-zA-Z가-하][.)]|[①-⑳])\s/u;
const LINK = /(?:https?:\/\/|www\.)[^\s<>"]+/g;
const CUT = /(?:\.\.\.|…|[,;:(–-])$/;
const LAST = 12; // characters at the end of a line
const CLOSING = /["'”’»」』)\]]{1,12}$/;
const WORDS = 5; // in a line that is held for a sentence; shorter ones are headings and entries

function isIncomplete(line: string): boolean {
  if (line.split(/\s+/, WORDS).length < WORDS) return false;
  if (CUT.test(line) || /^\p{Ll}/u.test(line)) return true;
  const last = Array.from(line.slice(-LAST).replace(CLOSING, '')).at(-1) ?? '';
  return !terminalPunctuation.has(last);
}

/** Makes the step `text-shape`. */
export function createTextShape(limits: Options): CleaningStep {
  const broken = (text: string): string | undefined => {
    const lines = text
      .split('\n')
      .map(strip)
      .filter((line) => line !== '');
    if (lines.length === 0) return 'empty';
    const items = lines.filter((line) => ITEM.test(line));
    if (items.length / lines.length > limits.maximumListLines) return 'too_many_list_lines';
    const count = codePointCounter(text);
    const linked = (text.match(LINK) ?? []).reduce((sum, link) => sum + count(link), 0);
    if (linked / count(text) > limits.maximumLinks) return 'too_many_links';
    const incomplete = lines.filter(isIncomplete).length;
    return incomplete / lines.length > limits.maximumIncompleteLines ? 'incomplete_sentences' : undefined;
  };
  return ({ text }) => {
    const reason = broken(text);
    return reason === undefined ? { decision: 'keep' } : { decision: 'drop', reason };
  };
}
