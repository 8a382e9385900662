import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDatasetFile } from '../../../client/dataset-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-dataset-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(...lines: object[]) {
  const path = join(folder, 'data.jsonl');
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  return readDatasetFile(path);
}

const labelled = { text: '안녕', label: 'ham' };
const answered = { prompt: 'p', answer: 'a' };

describe('the file of a dataset', () => {
  it('has lines with labels, or with answers', async () => {
    expect(await read(labelled, labelled)).toEqual({ kind: 'labels', lines: [labelled, labelled] });
    expect(await read(answered)).toEqual({ kind: 'answers', lines: [answered] });
  });

  it.each([
    ['both', [labelled, answered], '1 lines with labels and 1 with answers'],
    ['a line of neither kind', [labelled, { text: 'x' }], 'line 2: '],
    ['a field that nobody knows', [{ ...labelled, lable: 'spam' }], 'line 1: '],
    ['nothing', [], 'has no line'],
  ])('is refused with %s', async (_what, lines, message) => {
    await expect(read(...lines)).rejects.toThrow(message);
  });
});
