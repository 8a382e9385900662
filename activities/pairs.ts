// Prompts and answers for a language model: documents meet their labels, the template makes a prompt of each, and both
// become token ids that fit the context.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { readJsonLines } from '../artifacts/json-lines.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { cleanDocumentSchema, documentLabelSchema } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { PairCounts, PairsInput, PairsResult } from '../contracts/stage-results.ts';
import type { FittedPair, PromptTemplate } from '../pipeline/tokenization/pairs.ts';
import { fitPair, roomForPrompt, templateOf } from '../pipeline/tokenization/pairs.ts';
import type { Tokenizer } from '../pipeline/tokenization/tokenizer.ts';
import { withHeartbeat } from './heartbeat.ts';
import { readShards } from './shards.ts';
import type { StageRunner } from './stage-runner.ts';
import { writeTokenPairs } from './token-files.ts';

export interface PairActivityDependencies {
  readonly artifacts: ArtifactStore;
  readonly runStage: StageRunner;
  readonly loadTokenizer: (json: string) => Promise<Tokenizer>;
}

export type PairActivities = ReturnType<typeof createPairActivities>;

/** Of what is held out, so many are asked when the model is evaluated: each answer is generated. */
const MOST_QUESTIONS = 100;

/** A document with its label. */
interface LabelledText {
  readonly document: string;
  readonly text: string;
  readonly answer: string;
  readonly heldOut: boolean;
}

export function createPairActivities({ artifacts, runStage, loadTokenizer }: PairActivityDependencies) {
  const readPairs = async ({ corpus, labels, holdout }: PairsInput): Promise<LabelledText[]> => {
    const answers = new Map<string, string>();
    for await (const { document, label } of readJsonLines(artifacts, labels, documentLabelSchema)) {
      answers.set(document, label);
    }
    let documents = 0;
    const found: (LabelledText & { readonly place: number })[] = [];
    for await (const { id, text } of readShards(artifacts, corpus, cleanDocumentSchema)) {
      const answer = answers.get(id);
      if (answer !== undefined) found.push({ document: id, text, answer, heldOut: false, place: documents });
      documents += 1;
    }
    const border = documents - holdout; // the documents that pretraining did not see
    return found.map(({ place, ...pair }) => ({ ...pair, heldOut: place >= border }));
  };

  return {
    /**
     * The last documents are held out, as they are of pretraining.
     * @throws InvalidInput where no pair is left to train on, or to hold out
     */
    async tokenizePairs(input: PairsInput): Promise<PairsResult> {
      const { corpus, labels, tokenizer, template, contextLength, holdout } = input;
      return runStage({
        stage: 'tokenization',
        step: 'pairs',
        run: input,
        parameters: { template, contextLength, holdout },
        inputs: { corpus, labels, tokenizer },
        compute: () =>
          withHeartbeat(async () => {
            const encoder = await loadTokenizer(await readText(artifacts, tokenizer));
            const found = await readPairs(input);
            const fitted = await fit(found, {
              ...{ tokenizer: encoder, template: templateOf(template.prompt) },
              limits: { contextLength, endOfTextId: encoder.sepId },
            });
            const counts = countsOf(fitted, found.length);
            refuse(counts, holdout);
            const rows = fitted.map(({ document, answer, pair }) => ({
              ...{ document, ids: pair.ids, answerStart: pair.answerStart, answer },
            }));
            const heldOut = fitted.filter((it) => it.heldOut).slice(0, MOST_QUESTIONS);
            const pairs = await writeTokenPairs(artifacts, rows, {
              ...{ tokenizer: encoder, contextLength },
              questions: heldOut.map(({ document, answer, pair: { ids, answerStart } }) => ({
                ...{ prompt: ids.slice(0, answerStart), answer, document },
                answerTokens: ids.length - answerStart,
              })),
            });
            return { result: { pairs, counts }, outputs: { pairs }, metrics: { ...counts } };
          }),
      });
    },
  };
}

const readText = async (artifacts: ArtifactStore, reference: ArtifactReference): Promise<string> =>
  (await artifacts.readBytes(reference)).toString('utf8');

type Fitted = LabelledText & { readonly pair: FittedPair };

interface FitOptions {
  readonly tokenizer: Tokenizer;
  readonly template: PromptTemplate;
  readonly limits: { readonly contextLength: number; readonly endOfTextId: number };
}

/** Those that fit, in their order. */
async function fit(
  texts: readonly LabelledText[],
  { tokenizer, template, limits }: FitOptions,
): Promise<Fitted[]> {
  const encode = async (of: readonly string[]): Promise<(readonly number[])[]> => {
    const encoded: (readonly number[])[] = [];
    for await (const chunk of tokenizer.encodeWhole(of)) encoded.push(...chunk);
    return encoded;
  };
  const prompts = await encode(texts.map(({ text }) => `${template.before}${text}${template.after}`));
  const answers = await encode(texts.map(({ answer }) => answer));
  const [before, after] = await encode([template.before, template.after]);
  const isLong = (row: number): boolean =>
    prompts[row].length > roomForPrompt({ answer: answers[row] }, limits);
  const long = texts.flatMap((_, row) => (isLong(row) ? [row] : []));
  const longTexts = await encode(long.map((row) => texts[row].text));
  const parts = new Map(long.map((row, index) => [row, { before, text: longTexts[index], after }]));
  return texts.flatMap((text, row) => {
    const pair = fitPair({ prompt: prompts[row], answer: answers[row] }, limits, parts.get(row));
    return pair ? [{ ...text, pair }] : [];
  });
}

function countsOf(fitted: readonly Fitted[], found: number): PairCounts {
  const heldOut = fitted.filter((it) => it.heldOut).length;
  return {
    training: fitted.length - heldOut,
    heldOut,
    cut: fitted.filter(({ pair }) => pair.cut).length,
    leftOut: found - fitted.length,
  };
}

function refuse(counts: PairCounts, holdout: number): void {
  const { training, heldOut, leftOut } = counts;
  if (training > 0 && heldOut > 0) return;
  throw new CoppiceFailure(
    'InvalidInput',
    `too few answers: ${training} documents with a label to train on and ${heldOut} among the last ${holdout}, which are held out; ` +
      `one of each is needed${leftOut === 0 ? '' : `, and ${leftOut} answers are too long for the context`}`,
    { ...counts },
  );
}
