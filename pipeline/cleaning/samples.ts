// A few documents of each step and reason, to look at in a report.
import type { CleaningSample } from '../../contracts/cleaning-sample.ts';
import type { Verdict, WorkingDocument } from './working-document.ts';

/** Of a step's changes, and of each of its reasons. */
const MOST = 3;
/** Reasons of one step that are sampled: those of some steps name what they found. */
const MOST_REASONS = 12;
const EXCERPT = 240;
/** Characters before the first change. */
const LEAD = 60;

export interface SampleCollector {
  readonly add: (position: number, document: WorkingDocument, verdict: Verdict) => void;
  readonly samples: () => CleaningSample[];
}

/**
 * @param steps names, in order
 * @param hide takes out of a text what the recipe is to take out: reports show nothing of it, whichever step it is a sample of
 */
export function createSampleCollector(
  steps: readonly string[],
  hide: (text: string) => string = (text) => text,
): SampleCollector {
  const kept: CleaningSample[] = [];
  const counts = createCounts();
  return {
    add: (position, { id, text }, verdict) => {
      if (verdict.decision === 'keep') return;
      const reason = verdict.decision === 'drop' ? verdict.reason : undefined;
      if (!counts.take(position, reason)) return;
      const shared = { position, step: steps[position], id };
      kept.push(
        verdict.decision === 'drop'
          ? { ...shared, reason: verdict.reason, before: excerpt(hide(text), 0) }
          : { ...shared, ...aroundChange([text, verdict.text], hide) },
      );
    },
    samples: () => inOrder(kept),
  };
}

/** Those of parts of a corpus, as few as of one. */
export function addSamples(parts: readonly (readonly CleaningSample[])[]): CleaningSample[] {
  const counts = createCounts();
  return inOrder(parts.flat().filter(({ position, reason }) => counts.take(position, reason)));
}

function createCounts() {
  const taken = new Map<string, number>();
  const reasons = new Map<number, Set<string>>();
  return {
    /** @returns whether one more is wanted */
    take: (position: number, reason: string | undefined): boolean => {
      const known = reasons.get(position) ?? new Set<string>();
      if (reason !== undefined && !known.has(reason) && known.size === MOST_REASONS) return false;
      if (reason !== undefined) reasons.set(position, known.add(reason));
      const key = JSON.stringify([position, reason]);
      const count = taken.get(key) ?? 0;
      taken.set(key, count + 1);
      return count < MOST;
    },
  };
}

function inOrder(samples: readonly CleaningSample[]): CleaningSample[] {
  return samples.toSorted(
    (a, b) =>
      a.position - b.position || ((a.reason ?? '') < (b.reason ?? '') ? -1 : Number(a.reason !== b.reason)),
  );
}

/** Without `before` where all that was changed is hidden. */
function aroundChange(
  [before, after]: readonly [string, string],
  hide: (text: string) => string,
): Pick<CleaningSample, 'before' | 'after'> {
  const [shown, left] = [hide(before), hide(after)];
  if (shown === left) return { after: excerpt(left, leadOf(before, after)) };
  const start = leadOf(shown, left);
  return { before: excerpt(shown, start), after: excerpt(left, start) };
}

/** @returns where an excerpt begins that shows the first difference */
function leadOf(before: string, after: string): number {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  return Math.max(0, same - LEAD);
}

function excerpt(text: string, start: number): string {
  const end = start + EXCERPT;
  return `${start > 0 ? '…' : ''}${text.slice(start, end).replaceAll(/\p{Surrogate}/gu, '\ufffd')}${end < text.length ? '…' : ''}`;
}
