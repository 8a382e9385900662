// Answers as a Parquet file: a row an answer, of a classifier a column of probabilities for each label.
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { BatchRecord } from '../contracts/batch.ts';
import type { GivenAnswer } from '../contracts/dataset-evaluation.ts';

/** Where a record stands, and what came of it. */
export type AnswerLine = Pick<BatchRecord, 'line' | 'file' | 'id'> &
  Exclude<GivenAnswer, { failure: string }>;

/** @param labels of a classifier; absent: texts */
export const answersAsParquet =
  (labels: readonly string[] | undefined) =>
  (answers: readonly AnswerLine[]): Uint8Array => {
    const of = <T>(take: (answer: AnswerLine) => T | undefined) =>
      answers.map((answer) => take(answer) ?? null);
    const text = (name: string, take: (answer: AnswerLine) => string | undefined) =>
      ({ name, data: of(take), type: 'STRING', nullable: true }) as const;
    const columnData = [
      { name: 'line', data: of(({ line }) => line), type: 'INT32', nullable: true } as const,
      text('file', ({ file }) => file),
      text('id', ({ id }) => (id === undefined ? undefined : String(id))),
      ...(labels
        ? [
            text('label', (it) => ('label' in it ? it.label : undefined)),
            ...labels.map((label) => {
              const probability = (it: AnswerLine) => ('label' in it ? it.probabilities?.[label] : undefined);
              return {
                name: `probability of ${label}`,
                data: of(probability),
                type: 'DOUBLE',
                nullable: true,
              } as const;
            }),
          ]
        : [
            text('text', (it) => ('text' in it ? it.text : undefined)),
            text('finish', (it) => ('text' in it ? it.finish : undefined)),
          ]),
    ];
    return new Uint8Array(parquetWriteBuffer({ columnData }));
  };
