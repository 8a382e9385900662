// label: what helps people to label documents.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { BadArgument } from '../arguments.ts';
import { askLabelling } from '../labelling.ts';
import { createOutput, table } from '../output.ts';

const agreementSchema = z.object({
  documents: z.number(),
  annotators: z.array(z.string()),
  alpha: z.number().nullable(),
  pairs: z.array(z.object({ between: z.array(z.string()), kappa: z.number().nullable() })),
});
const uncertainSchema = z.object({ out: z.string(), of: z.number(), written: z.number() });

interface UncertainOptions {
  readonly out: string;
  readonly classifier?: string;
  readonly by: string;
  readonly count: string;
  readonly json: boolean;
}

export function labelVerbs(program: Command): void {
  const label = program.command('label').description('what helps people to label documents');
  label
    .command('agreement')
    .argument('<votes>', 'JSON lines of { "document": …, "label": …, "annotator": … }')
    .description('how far people agree: Krippendorff’s alpha of all, Cohen’s kappa of each two')
    .option('--json', 'print JSON', false)
    .action(async (votes: string, { json }: { readonly json: boolean }) => {
      const found = await askLabelling({ job: 'agreement', votes: resolve(votes) }, agreementSchema);
      const value = (it: number | null): string => it?.toFixed(3) ?? '–';
      createOutput(json).result(found, () =>
        [
          `${found.annotators.length} people, ${found.documents} documents: alpha ${value(found.alpha)}`,
          table(
            ['between', 'kappa'],
            found.pairs.map(({ between, kappa }) => [between.join(', '), value(kappa)]),
          ),
        ].join('\n'),
      );
    });
  label
    .command('uncertain')
    .argument('<documents>', 'JSON lines of { "document": …, "text": … }, or with "probabilities" by label')
    .description('write the documents that a classifier is least certain of, for people to label')
    .requiredOption('--out <file>', 'where they are written')
    .option('--classifier <file>', 'as train-filter wrote it; for lines without probabilities')
    .option('--by <measure>', 'entropy or margin', 'entropy')
    .option('--count <number>', 'how many', '100')
    .option('--json', 'print JSON', false)
    .action(async (documents: string, { out, classifier, by, count, json }: UncertainOptions) => {
      if (by !== 'entropy' && by !== 'margin')
        throw new BadArgument(`--by: expected entropy or margin, not ${by}`);
      if (!/^[1-9]\d{0,6}$/.test(count))
        throw new BadArgument(`--count: expected a number from 1 on, not ${count}`);
      const job = {
        ...{
          job: 'uncertain',
          documents: resolve(documents),
          measure: by,
          count: Number(count),
          out: resolve(out),
        },
        ...(classifier !== undefined && { classifier: resolve(classifier) }),
      };
      const chosen = await askLabelling(job, uncertainSchema);
      createOutput(json).result(chosen, () => `${chosen.out}: ${chosen.written} of ${chosen.of} documents`);
    });
}
