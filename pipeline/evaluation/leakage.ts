// Whether held-out documents stand among those that were trained on: what was learned by heart proves nothing.
import { createNearDuplicateIndex } from '../cleaning/duplicates/near-duplicates.ts';
import { formatCount, formatShare } from './format.ts';

export interface LeakedDocument {
  /** The held-out document, and the one to train on that it equals. */
  readonly id: string;
  readonly trainedOn: string;
  readonly exact: boolean;
  /** How the held-out text begins. */
  readonly excerpt: string;
}

export interface Leakage {
  readonly heldOut: number;
  /** Held-out documents with the very text of one that was trained on, but for white space. */
  readonly exact: number;
  /** Those that are nearly so. */
  readonly near: number;
  /** Of the two together among the held-out documents, 0–1. */
  readonly share: number;
  /** The first of them. */
  readonly samples: readonly LeakedDocument[];
}

interface Texts {
  readonly ids?: readonly string[];
  readonly texts: readonly string[];
}

/** Runs of so many words, of which so many in a hundred are the same: a quotation or a changed date does not hide a copy. */
const nearness = { shingleWords: 4, similarity: 0.8 };
const SAMPLES = 5;
const EXCERPT = 160;

/** Compares every held-out text with every text that was trained on. */
export function findLeakage(training: Texts, holdout: Texts): Leakage {
  const nameOf = ({ ids }: Texts, at: number): string => ids?.[at] ?? String(at + 1);
  const exact = new Map<string, number>();
  const index = createNearDuplicateIndex(nearness);
  training.texts.forEach((text, at) => {
    const plain = plainText(text);
    if (!exact.has(plain)) exact.set(plain, at);
    index.add(`training ${at}`, text);
  });
  const found = holdout.texts.flatMap((text, at): LeakedDocument[] => {
    const same = exact.get(plainText(text));
    const near =
      same === undefined ? /^training (\d+)$/.exec(index.add(`held out ${at}`, text) ?? '')?.[1] : same;
    if (near === undefined) return [];
    const excerpt = Array.from(text).slice(0, EXCERPT).join('');
    return [
      {
        id: nameOf(holdout, at),
        trainedOn: nameOf(training, Number(near)),
        exact: same !== undefined,
        excerpt,
      },
    ];
  });
  const copies = found.filter((it) => it.exact).length;
  return {
    heldOut: holdout.texts.length,
    ...{ exact: copies, near: found.length - copies, share: found.length / holdout.texts.length },
    samples: found.slice(0, SAMPLES),
  };
}

/** @returns a warning in words; none where nothing leaked */
export function warnOfLeakage({ exact, near, share, heldOut }: Leakage): string[] {
  if (exact + near === 0) return [];
  return [
    `${formatCount(exact + near)} of ${formatCount(heldOut)} held-out documents (${formatShare(share)}) stand among those that ` +
      `were trained on, ${formatCount(exact)} of them word for word: the figures flatter by what was learned by heart. ` +
      'Clean with deduplicate, or split by group.',
  ];
}

const plainText = (text: string): string => text.split(/\s+/).join(' ').trim();
