import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStudyItems } from '../../../client/studies-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-study-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(...lines: string[]) {
  const path = join(folder, 'items.jsonl');
  await writeFile(path, lines.join('\n'));
  return readStudyItems(path);
}

describe('the file of a study', () => {
  it('names items by their lines where they have no id', async () => {
    const answers = { old: 'a', new: 'b' };
    expect(
      await read(
        JSON.stringify({ prompt: 'p', answers }),
        '',
        JSON.stringify({ id: 'x', prompt: 'q', answers }),
      ),
    ).toEqual([
      { id: 'line 1', prompt: 'p', answers },
      { id: 'x', prompt: 'q', answers },
    ]);
  });

  it.each([
    ['no JSON', ['{"prompt": '], 'line 1:'],
    ['one answer', ['{"prompt": "p", "answers": {"old": "a"}}'], 'line 1: '],
    ['nothing', [''], 'has no line'],
  ])('is refused with %s', async (_what, lines, message) => {
    await expect(read(...lines)).rejects.toThrow(message);
  });

  it('is refused where it is not there', async () => {
    await expect(readStudyItems(join(folder, 'missing.jsonl'))).rejects.toThrow('ENOENT');
  });
});
