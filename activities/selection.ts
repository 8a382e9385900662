// Which documents are trained on and which are held out: labels meet token rows here, in collection order.

import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { readJsonLines } from '../artifacts/json-lines.ts';
import { cleanDocumentSchema, documentLabelSchema } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { SelectionInput, SelectionResult } from '../contracts/stage-results.ts';
import type { SplitDocument } from '../pipeline/evaluation/split.ts';
import { splitDocuments } from '../pipeline/evaluation/split.ts';
import { readShards } from './shards.ts';
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
  /** @returns for each example whether it is held out */
  const readSplit = async (
    { split, corpus, holdout }: SelectionInput,
    examples: readonly Example[],
  ): Promise<boolean[]> => {
    if (split === undefined || corpus === undefined)
      return examples.map((_, index) => index >= examples.length - holdout);
    const wanted = new Set(examples.map(({ row }) => row));
    const documents: SplitDocument[] = [];
    let row = 0;
    for await (const document of readShards(artifacts, corpus, cleanDocumentSchema)) {
      if (wanted.has(row)) documents.push(document);
      row += 1;
    }
    return splitDocuments(documents, { split, holdout });
  };

  return {
    /**
     * So many labelled documents as `holdout` says are held out, the last ones where no split is asked for; the other
     * labelled ones are trained on.
     * @throws InvalidInput where fewer than two classes, or too few examples, are labelled, or none is the positive one
     */
    async selectExamples(input: SelectionInput): Promise<SelectionResult> {
      const selection = await runStage({
        stage: 'training',
        step: 'selection',
        run: input,
        parameters: {
          ...{ holdout: input.holdout, knownLabels: input.knownLabels ?? [] },
          ...(input.split && { split: input.split }),
        },
        inputs: {
          ...{ tokens: input.tokens, labels: input.labels },
          ...(input.corpus && { corpus: input.corpus }),
        },
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
          const isHeldOut = await readSplit(input, examples);
          const training = examples.filter((_, index) => !isHeldOut[index]);
          const holdout = examples.filter((_, index) => isHeldOut[index]);
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
  if (labels.length >= 2 && classes >= 2 && holdout >= wanted) return;
  throw new CoppiceFailure(
    'InvalidInput',
    `too few labels: ${training.length} documents of ${classes} classes to train on and ${holdout} of ${wanted} to hold out; ` +
      'at least two classes are needed, and evaluation.holdout more labels than there are to train on',
    { labels, training: training.length, holdout },
  );
}
