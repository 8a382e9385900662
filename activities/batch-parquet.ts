// Answers as a Parquet file: a row an answer, of a classifier a column of probabilities for each label, of entities one of JSON.
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { BatchRecord } from '../contracts/batch.ts';
import type { GivenAnswer } from '../contracts/dataset-evaluation.ts';
import type { Answers } from './answering-version.ts';
import type { EntityAnswer } from './entity-answers.ts';

/** Where a record stands, and what came of it. */
export type AnswerLine = Pick<BatchRecord, 'line' | 'file' | 'id'> &
  Exclude<GivenAnswer | EntityAnswer, { failure: string }>;

/** @param labels of a classifier */
export const answersAsParquet =
  (kind: Answers, labels: readonly string[] = []) =>
  (answers: readonly AnswerLine[]): Uint8Array => {
    const of = <T>(take: (answer: AnswerLine) => T | undefined) =>
      answers.map((answer) => take(answer) ?? null);
    const text = (name: string, take: (answer: AnswerLine) => string | undefined) =>
      ({ name, data: of(take), type: 'STRING', nullable: true }) as const;
    const columns = {
      labels: () => [
        text('label', (it) => ('label' in it ? it.label : undefined)),
        ...labels.map((label) => {
          const probability = (it: AnswerLine) => ('label' in it ? it.probabilities?.[label] : undefined);
          const data = of(probability);
          return { name: `probability of ${label}`, data, type: 'DOUBLE', nullable: true } as const;
        }),
      ],
      texts: () => [
        text('text', (it) => ('text' in it ? it.text : undefined)),
        text('finish', (it) => ('text' in it ? it.finish : undefined)),
      ],
      entities: () => {
        const data = of((it) => ('entities' in it ? it.entities : undefined));
        return [{ name: 'entities', data, type: 'JSON', nullable: true } as const];
      },
    };
    const columnData = [
      { name: 'line', data: of(({ line }) => line), type: 'INT32', nullable: true } as const,
      text('file', ({ file }) => file),
      text('id', ({ id }) => (id === undefined ? undefined : String(id))),
      ...columns[kind](),
    ];
    return new Uint8Array(parquetWriteBuffer({ columnData }));
  };
