// Which documents a classifier of tokens is trained on and which are held out: labelled spans meet token rows here.
import { z } from 'zod';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { SelectionResult, TokenSelectionInput } from '../contracts/stage-results.ts';
import { packageFiles } from '../contracts/version-package.ts';
import { tokenClasses } from '../pipeline/entities/tag-words.ts';
import { labelOf, tagsOf } from '../pipeline/entities/tags.ts';
import { splitDocuments } from '../pipeline/evaluation/split.ts';
import { parseBertConfig } from '../pipeline/model/config.ts';
import {
  type LabelledDocument,
  type LabelledWordsDependencies,
  readLabelledWords,
} from './labelled-words.ts';
import type { StageRunner } from './stage-runner.ts';

export type TokenSelectionActivities = ReturnType<typeof createTokenSelectionActivities>;

export function createTokenSelectionActivities({
  runStage,
  ...dependencies
}: LabelledWordsDependencies & { readonly runStage: StageRunner }) {
  const { artifacts } = dependencies;
  const readDocuments = async (input: TokenSelectionInput) => {
    const { files } = await artifacts.readDirectory(input.tokens);
    const known = await artifacts.readJson(files['documents.json'], z.array(z.string()));
    const lengths = await artifacts.readBytes(files['lengths.bin']);
    const documents = await readLabelledWords(dependencies, input);
    const strange = documents.find(({ row, id }) => known[row] !== id);
    if (strange) throw new CoppiceFailure('InvariantViolated', `${strange.id} is not the row of its tokens`);
    return documents.map((it) => ({ ...it, length: lengths.readUInt16LE(it.row * 2) }));
  };

  /** None of a version that classifies something else: its encoder is taken over all the same. */
  const readKnownTags = async (base: ArtifactReference | undefined) => {
    if (base === undefined) return [];
    const { files } = await artifacts.readDirectory(base);
    const { head, labels } = parseBertConfig(await artifacts.readJson(files[packageFiles.config], z.json()));
    return head === 'token-classification' ? labels : [];
  };

  return {
    /**
     * So many labelled documents as `holdout` says are held out, the last ones where no split is asked for; the other
     * labelled ones are trained on. The classes are tags of words.
     * @throws InvalidInput where too few documents are labelled, or none to train on has an entity
     */
    async selectTokenExamples(input: TokenSelectionInput): Promise<SelectionResult> {
      const { holdout: wanted, split = { by: 'last' }, tokens, labels, corpus, tokenizer, base } = input;
      return runStage({
        stage: 'training',
        step: 'token-selection',
        run: input,
        parameters: { holdout: wanted, ...(input.split && { split }) },
        inputs: { tokens, labels, corpus, tokenizer, ...(base && { base }) },
        compute: async () => {
          const documents = await readDocuments(input);
          const isHeldOut = splitDocuments(documents, { split, holdout: wanted });
          const training = documents.filter((_, at) => !isHeldOut[at]);
          const holdout = documents.filter((_, at) => isHeldOut[at]);
          refuseUntrainable(training, holdout, wanted);
          const used = documents.flatMap(({ tags }) => tags.flatMap((tag) => labelOf(tag) ?? []));
          const classes = tagsOf(used, await readKnownTags(base));
          const put = (of: typeof documents) =>
            artifacts.putJson(
              of.map(({ row, id, words, tags, length }) => ({
                ...{ row, document: id }, // by its name they are found when it is to be forgotten
                labels: tokenClasses(
                  words,
                  tags.map((tag) => classes.indexOf(tag)),
                  length,
                ),
              })),
            );
          const result = {
            training: await put(training),
            holdout: await put(holdout),
            labels: classes,
            trainingCount: training.length,
            holdoutCount: holdout.length,
          };
          return { result, outputs: { training: result.training, holdout: result.holdout } };
        },
      });
    },
  };
}

function refuseUntrainable(
  training: readonly LabelledDocument[],
  holdout: readonly LabelledDocument[],
  wanted: number,
): void {
  const entities = training.flatMap(({ tags }) => tags.filter((tag) => tag.startsWith('B-'))).length;
  if (entities > 0 && holdout.length >= wanted) return;
  throw new CoppiceFailure(
    'InvalidInput',
    `too few labels: ${training.length} documents with ${entities} entities to train on and ${holdout.length} of ${wanted} to hold out; ` +
      'at least one entity is needed, and evaluation.holdout more labelled documents than there are to train on',
    { training: training.length, entities, holdout: holdout.length },
  );
}
