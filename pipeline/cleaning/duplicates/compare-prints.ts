// Exact duplicates of documents, lines and paragraphs in batches: what an earlier batch has a fingerprint of is not new.
import type { CleaningStep, Verdict } from '../working-document.ts';
import type { Compare } from './comparison.ts';
import { joinRecords, recordLength } from './records.ts';

/** How a step finds what stood before. */
export interface PrintedStep {
  /** @returns fingerprints of 53 bits of what may repeat */
  readonly printsOf: (text: string) => Iterable<number>;
  /** @param seen fingerprints of what came before */
  readonly create: (seen: Set<number>) => CleaningStep;
}

/** @param pause lets others run; called between documents */
export function createPrintComparison(
  { printsOf, create }: PrintedStep,
  pause: () => Promise<void>,
): Compare {
  return async (documents, seen) => {
    const prints = new Set<number>();
    for (const { text } of documents) {
      for (const print of printsOf(text)) prints.add(print);
      await pause();
    }
    const distinct = Float64Array.from(prints).sort();
    const own = new Uint32Array(distinct.length * recordLength);
    for (const [at, print] of distinct.entries())
      own.set([Math.floor(print / 2 ** 32), print >>> 0, at], at * recordLength);

    const known = new Set<number>();
    for await (const batch of seen)
      await joinRecords(own, batch.records(), (place) => void known.add(distinct[place]));
    const records = Uint32Array.from(newRecords(distinct, known)); // in order, as the fingerprints are
    const step = create(known);
    const verdicts: Verdict[] = [];
    for (const document of documents) {
      verdicts.push(await step(document));
      await pause();
    }
    return { verdicts, remembered: { records, texts: [] } };
  };
}

function* newRecords(distinct: Float64Array, known: ReadonlySet<number>): Generator<number> {
  for (const print of distinct) if (!known.has(print)) yield* [Math.floor(print / 2 ** 32), print >>> 0, 0];
}
