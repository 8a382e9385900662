// What the baselines of a model that answers have to go by: the documents and answers that it was trained on.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import type { HeldOutQuestion } from '../contracts/training-job.ts';
import type { AnswerBaselines } from './language-samples-thread-main.ts';

/** The newest of them: the nearest of so many is found in memory. */
const MOST_DOCUMENTS = 20_000;

interface AnswerBaselinesInput {
  readonly pairs: ArtifactReference | undefined;
  readonly questions: readonly HeldOutQuestion[];
  /** Of the corpus, by the document's id. */
  readonly texts: ReadonlyMap<string, string>;
  /** So many pairs were trained on, the first ones. */
  readonly trained: number;
}

/** @returns undefined for pairs from before baselines were asked */
export async function readAnswerBaselines(
  artifacts: ArtifactStore,
  { pairs, questions, texts, trained }: AnswerBaselinesInput,
): Promise<AnswerBaselines | undefined> {
  if (pairs === undefined) return undefined;
  const { files } = await artifacts.readDirectory(pairs);
  const asked = questions.flatMap(({ document }) => texts.get(document ?? '') ?? []);
  if (!('answers.json' in files) || asked.length < questions.length) return undefined;
  const [documents, answers] = await Promise.all(
    ['documents.json', 'answers.json'].map((name) => artifacts.readJson(files[name], z.array(z.string()))),
  );
  const from = Math.max(0, trained - MOST_DOCUMENTS);
  const training = documents
    .slice(from, trained)
    .map((document, at) => ({ text: texts.get(document) ?? '', answer: answers[from + at] }));
  return { training, asked };
}
