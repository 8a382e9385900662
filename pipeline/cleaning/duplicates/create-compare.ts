// From a step that compares documents to the same step in batches.
import type { CleaningStepSpec } from '../../../contracts/model-spec/cleaning.ts';
import { createNearComparison } from './compare-near.ts';
import { createPrintComparison } from './compare-prints.ts';
import type { Compare } from './comparison.ts';
import { createDeduplicateExact } from './deduplicate-exact.ts';
import { createDeduplicateLines, unitsOf } from './deduplicate-lines.ts';
import { fingerprint } from './fingerprint.ts';

/**
 * @param pause lets others run; called between documents
 * @returns undefined for a step that looks at one document alone
 */
export function createCompare(spec: CleaningStepSpec, pause: () => Promise<void>): Compare | undefined {
  switch (spec.step) {
    case 'deduplicate':
      return createNearComparison(spec, pause);
    case 'deduplicate-exact':
      return createPrintComparison(
        { printsOf: (text) => [fingerprint(text)], create: createDeduplicateExact },
        pause,
      );
    case 'deduplicate-lines':
      return createPrintComparison(
        {
          printsOf: function* (text) {
            for (const { print } of unitsOf(text, spec)) yield print;
          },
          create: (seen) => createDeduplicateLines(spec, seen),
        },
        pause,
      );
    default:
      return undefined;
  }
}
