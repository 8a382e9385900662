// What this gateway knows to have been said of answers: who says the same again is not written down again, and who says
// something else is told what that replaces. It forgets the oldest; the judges, who join all records, do not need it.
import type { FeedbackRecord } from '../contracts/observation.ts';

const rememberedFeedback = 20_000;

/** Feedback as it was written down. */
export interface Told {
  readonly id: string;
  readonly replaces?: string;
}

interface Known extends Told {
  readonly value: string;
  /** Fulfilled once it is on the disk. */
  readonly written: Promise<unknown>;
}

export function createFeedbackMemory(size = rememberedFeedback) {
  const known = new Map<string, Known>();

  const remember = (record: FeedbackRecord & { readonly id: string }, written: Promise<unknown>): void => {
    const { id, replaces } = record;
    for (const [part, value] of partsOf(record)) {
      known.delete(part);
      known.set(part, { id, value, written, ...(replaces !== undefined && { replaces }) });
      const [oldest] = known.keys();
      if (known.size > size) known.delete(oldest);
    }
    written.catch(() => {
      for (const [part] of partsOf(record)) if (known.get(part)?.id === id) known.delete(part);
    });
  };

  return {
    remember,
    /** @returns what said the same before, where nothing in the record is new */
    same: (record: FeedbackRecord): Known | undefined => {
      const parts = partsOf(record).map(([part, value]) => [known.get(part), value] as const);
      const isKnown = parts.every(([before, value]) => before?.value === value);
      return isKnown ? parts[0]?.[0] : undefined;
    },
    /** @returns the id of what said something else of the same before */
    replacedBy: (record: FeedbackRecord): string | undefined =>
      partsOf(record)
        .map(([part, value]) => ({ before: known.get(part), value }))
        .find(({ before, value }) => before && before.value !== value)?.before?.id,
  };
}

/** What is said, by what it is said of: a pair of texts is the same pair from either of its answers. */
function partsOf(record: FeedbackRecord): (readonly [part: string, value: string])[] {
  const { prediction, label, rating, preference, correction } = record;
  const parts: (readonly [string, string])[] = [];
  if (label !== undefined) parts.push([`${prediction} label`, label]);
  if (rating) parts.push([`${prediction} rating`, JSON.stringify(rating)]);
  if (correction !== undefined) parts.push([`${prediction} correction`, correction]);
  if (preference) {
    const sides = [preference.chosen, preference.rejected].map((side) => JSON.stringify(side));
    parts.push([[...sides].sort().join(' '), preference.tie ? 'tie' : sides[0]]);
  }
  return parts;
}
