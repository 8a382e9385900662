// A thread in which a version is loaded, and answers shards of batches one after the other; what comes of a shard are files.
import { parentPort, workerData } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { canonicalJson } from '../artifacts/canonical-json.ts';
import type { BatchQuestion, BatchRecord } from '../contracts/batch.ts';
import type { GivenAnswer } from '../contracts/dataset-evaluation.ts';
import { type RequestContent, requestRecipe } from '../pipeline/cleaning/recipe.ts';
import { createAnalysers } from '../runtimes/languages/analysers.ts';
import {
  type AnsweringVersion,
  type Answers,
  answersOfConfig,
  architecturesSchema,
} from './answering-version.ts';
import { type AnswerLine, answersAsParquet } from './batch-parquet.ts';
import { type OpenVersion, openVersion } from './dataset-answers.ts';
import { type EntityAnswer, openTagger } from './entity-answers.ts';

/** Asked of a thread that was started with an `AnsweringVersion`. */
export interface BatchShardJob {
  readonly records: readonly BatchRecord[];
  readonly question: BatchQuestion;
}

interface Part {
  readonly bytes: Uint8Array;
  readonly records: number;
}

export interface AnsweredShard {
  readonly answers: Part;
  /** Records that have no answer, each with the reason. */
  readonly problems: Part;
}

type Asked = Exclude<BatchRecord, { problem: string }>;

interface Answering {
  readonly kind: Answers;
  readonly labels: readonly string[];
  readonly answer: (
    asked: readonly Asked[],
    question: BatchQuestion,
  ) => Promise<(GivenAnswer | EntityAnswer)[]>;
}

async function openAnswering(version: AnsweringVersion): Promise<Answering> {
  const kind = answersOfConfig(architecturesSchema.parse(JSON.parse(version.model.config)));
  if (kind === undefined) throw new Error('a version that answers nothing');
  const labels = version.decision?.labels ?? [];
  if (kind === 'entities') {
    const find = await openTagger(version);
    return { kind, labels, answer: (asked) => find(asked.map(contentOf)) };
  }
  const open = await openVersion(version);
  return {
    ...{ kind, labels },
    answer: (asked, question) =>
      kind === 'labels'
        ? open.label(asked.map(contentOf))
        : continueTexts({ version, open }, asked, question),
  };
}

async function answerShard(
  { kind, labels, answer: answerAll }: Answering,
  { records, question }: BatchShardJob,
): Promise<AnsweredShard> {
  const asked = records.filter((record): record is Asked => !('problem' in record));
  const given = await answerAll(asked, question);
  const answers: AnswerLine[] = [];
  const problems: object[] = [];
  const answerOf = new Map(asked.map((record, at) => [record as BatchRecord, given[at]]));
  for (const record of records) {
    const { line, file, id } = record;
    const place = {
      ...(line !== undefined && { line }),
      ...(file !== undefined && { file }),
      ...(id !== undefined && { id }),
    };
    const answer = 'problem' in record ? { failure: record.problem } : answerOf.get(record);
    if (answer === undefined) throw new Error('a record without an answer');
    if ('failure' in answer) problems.push({ ...place, reason: answer.failure });
    else answers.push({ ...place, ...answer });
  }
  const write = question.output === 'parquet' ? answersAsParquet(kind, labels) : linesOf;
  return {
    answers: { bytes: write(answers), records: answers.length },
    problems: { bytes: linesOf(problems), records: problems.length },
  };
}

const contentOf = (record: Asked): RequestContent =>
  'text' in record ? { mediaType: 'text/plain', data: record.text } : record.content;

/** A text is asked about as it is; a document has its text taken out first, by the model's own recipe. */
async function continueTexts(
  { version, open }: { readonly version: AnsweringVersion; readonly open: OpenVersion },
  asked: readonly Asked[],
  { template, maximumTokens, temperature, seed }: BatchQuestion,
): Promise<GivenAnswer[]> {
  const recipe = requestRecipe(version.steps, createAnalysers());
  const texts = await Promise.all(
    asked.map(async (record) => ('text' in record ? record : recipe.clean(record.content))),
  );
  const readable = texts.flatMap((it) => ('text' in it ? [it.text] : []));
  const given = await open.continuePrompts(
    readable.map((text) => template.replaceAll('{text}', () => text)),
    { maximumNewTokens: maximumTokens, temperature, seed: seed + (asked.at(0)?.line ?? 0) },
  );
  let next = 0;
  return texts.map((it) => {
    if ('reason' in it) return { failure: it.reason };
    next += 1;
    return given[next - 1];
  });
}

function linesOf(records: readonly object[]): Uint8Array {
  return gzipSync(records.map((record) => `${canonicalJson(record)}\n`).join(''), { level: 6 });
}

const answering = await openAnswering(workerData as AnsweringVersion);
parentPort?.on('message', (job: BatchShardJob) => {
  // What goes wrong ends the thread, and whoever asked learns of it.
  void answerShard(answering, job).then((answered) => parentPort?.postMessage(answered));
});
