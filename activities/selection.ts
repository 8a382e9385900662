// Which documents are trained on and which are held out: labels meet token rows here, in collection order.

import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { readJsonLines } from '../artifacts/json-lines.ts';
import { documentLabelSchema } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { SelectionInput, SelectionResult } from '../contracts/stage-results.ts';
import type { StageRunner } from './stage-runner.ts';

export type SelectionActivities = ReturnType<typeof createSelectionActivities>;

interface Example {
  readonly row: number;
  readonly label: number;
}

export function createSelectionActivities({
  artifacts,
  runStage,
}: {
  artifacts: ArtifactStore;
  runStage: StageRunner;
}) {
  return {
    /**
     * The last `holdout` labelled documents are held out; the labelled ones before them are trained on.
     * @throws InvalidInput where fewer than two classes, or too few examples, are labelled, or none is the positive one
     */
    async selectExamples(input: SelectionInput): Promise<SelectionResult> {
      const selection = await runStage({
        stage: 'training',
        step: 'selection',
        run: input,
        parameters: { holdout: input.holdout, knownLabels: input.knownLabels ?? [] },
        inputs: { tokens: input.tokens, labels: input.labels },
        compute: async () => {
          const { files } = await artifacts.readDirectory(input.tokens);
          const documents = await artifacts.readJson(files['documents.json'], z.array(z.string()));
          const byDocument = new Map<string, string>();
          for await (const { document, label } of readJsonLines(
            artifacts,
            input.labels,
            documentLabelSchema,
          )) {
            byDocument.set(document, label);
          }
          const { labels, examples } = matchLabels(documents, byDocument, input.knownLabels ?? []);
          const training = examples.slice(0, -input.holdout);
          const holdout = examples.slice(-input.holdout);
          refuseUntrainable({ labels, training, holdout: holdout.length, wanted: input.holdout });
          const result = {
            training: await artifacts.putJson(training),
            holdout: await artifacts.putJson(holdout),
            labels,
            trainingCount: training.length,
            holdoutCount: holdout.length,
          };
          return { result, outputs: { training: result.training, holdout: result.holdout } };
        },
      });
      refuseUnseen(input.positiveLabel, selection.labels);
      return selection;
    },
  };
}

/** Class indices: those that training goes on from keep theirs, new ones follow in alphabetical order. */
export function matchLabels(
  documents: readonly string[],
  byDocument: ReadonlyMap<string, string>,
  knownLabels: readonly string[],
): { labels: string[]; examples: Example[] } {
  const seen = new Set(documents.flatMap((document) => byDocument.get(document) ?? []));
  const labels = [...knownLabels, ...[...seen].filter((label) => !knownLabels.includes(label)).sort()];
  const examples = documents.flatMap((document, row) => {
    const label = byDocument.get(document);
    return label === undefined ? [] : [{ row, label: labels.indexOf(label) }];
  });
  return { labels, examples };
}

/** Better here than once the model is trained. */
function refuseUnseen(positiveLabel: string | undefined, labels: readonly string[]): void {
  if (positiveLabel === undefined || labels.includes(positiveLabel)) return;
  throw new CoppiceFailure(
    'InvalidInput',
    `evaluation.positiveLabel: no document has the label “${positiveLabel}”; there are ${labels.join(', ')}`,
    { positiveLabel, labels },
  );
}

function refuseUntrainable(selection: {
  labels: string[];
  training: Example[];
  holdout: number;
  wanted: number;
}): void {
  const { labels, training, holdout, wanted } = selection;
  const classes = new Set(training.map(({ label }) => label)).size;
  if (labels.length >= 2 && classes >= 2 && holdout === wanted) return;
  throw new CoppiceFailure(
    'InvalidInput',
    `too few labels: ${training.length} documents of ${classes} classes to train on and ${holdout} of ${wanted} to hold out; ` +
      'at least two classes are needed, and evaluation.holdout more labels than there are to train on',
    { labels, training: training.length, holdout },
  );
}
