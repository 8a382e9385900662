// train-filter, test-filter: the classifiers that cleaning asks about harmful text and quality.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { loadModelFile } from '../../client/model-file.ts';
import { BadArgument } from '../arguments.ts';
import { askLabelling, figuresSchema } from '../labelling.ts';
import { createOutput, table } from '../output.ts';

const trainedSchema = z.object({
  out: z.string(),
  examples: z.number(),
  tested: z.number(),
  figures: figuresSchema,
});
const testedSchema = z.array(z.object({ labelled: z.string(), tested: z.number(), figures: figuresSchema }));

interface TrainOptions {
  readonly out: string;
  readonly test?: string;
  readonly json: boolean;
}

export function filterVerbs(program: Command): void {
  program
    .command('train-filter')
    .argument('<labelled>', 'JSON lines of { "text": …, "labels": […] }')
    .description(
      'train a classifier of texts, for cleaning to ask, and measure it on texts that it has not seen',
    )
    .requiredOption('--out <file>', 'where the classifier is written')
    .option('--test <file>', 'labelled texts to measure on; without it, a fifth of the examples')
    .option('--json', 'print JSON', false)
    .action(async (labelled: string, { out, test, json }: TrainOptions) => {
      const job = {
        ...{ job: 'train', examples: resolve(labelled), out: resolve(out) },
        ...(test !== undefined && { test: resolve(test) }),
      };
      const trained = await askLabelling(job, trainedSchema);
      createOutput(json).result(trained, () =>
        [
          `${trained.out}: learned from ${trained.examples} texts, measured on ${trained.tested}`,
          figuresText(trained.figures),
        ].join('\n'),
      );
    });
  program
    .command('test-filter')
    .argument('<spec>', 'a model file whose flag-harmful steps name a labelled set')
    .description('precision and recall of each label, at the thresholds of the model file')
    .option('--json', 'print JSON', false)
    .action(async (path: string, { json }: { readonly json: boolean }) => {
      const { cleaning } = await loadModelFile(path);
      const steps = cleaning.steps.filter((step) => 'labelled' in step && step.labelled !== undefined);
      if (steps.length === 0) throw new BadArgument(`${path}: no flag-harmful step names a labelled set`);
      const tested = await askLabelling({ job: 'test', steps }, testedSchema);
      createOutput(json).result(tested, () =>
        tested.map((it) => `${it.labelled}: ${it.tested} texts\n${figuresText(it.figures)}`).join('\n\n'),
      );
    });
}

function figuresText(figures: z.infer<typeof figuresSchema>): string {
  const ratio = (value: number | null): string => value?.toFixed(3) ?? '–';
  return table(
    ['label', 'from', 'texts with it', 'found', 'precision', 'recall'],
    figures.map((it) => [
      it.label,
      String(it.threshold),
      String(it.positives),
      String(it.flagged),
      ratio(it.precision),
      ratio(it.recall),
    ]),
  );
}
