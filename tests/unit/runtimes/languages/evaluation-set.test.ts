import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameEvaluationSets } from '../../../../client/evaluation-set-files.ts';
import { cleaningSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { readEvaluationSet } from '../../../../runtimes/languages/evaluation-set.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-sets-'));
});
afterAll(() => rm(folder, { recursive: true }));

const recipe = (path: string) =>
  cleaningSchema.parse({ steps: [{ step: 'decontaminate', sets: [{ name: 'quiz', path }] }] });

describe('evaluation sets', () => {
  it('are every string of JSON lines, or the lines of a text', async () => {
    const json = join(folder, 'a.jsonl');
    await writeFile(
      json,
      '{"question": "Who?", "choices": ["Ann", {"text": "Bob"}], "answer": 1}\n\n"alone"\n',
    );
    expect(await readEvaluationSet({ name: 'a', path: json })).toEqual(['Who?', 'Ann', 'Bob', 'alone']);
    const text = join(folder, 'a.txt');
    await writeFile(text, 'one\n\n{"two"}\n');
    expect(await readEvaluationSet({ name: 'a', path: text })).toEqual(['one', '{"two"}']);
  });

  it('are found from the model file, and named with their digest', async () => {
    await writeFile(join(folder, 'quiz.txt'), 'one\n');
    const named = await nameEvaluationSets(recipe('quiz.txt'), folder);
    if ('problems' in named) throw new Error('not found');
    const [step] = named.cleaning.steps;
    if (step.step !== 'decontaminate') throw new Error('another step');
    expect(await readEvaluationSet(step.sets[0])).toEqual(['one']);
    await writeFile(join(folder, 'quiz.txt'), 'two\n');
    await expect(readEvaluationSet(step.sets[0])).rejects.toThrow(/has changed/);
  });

  it('say which of them cannot be read', async () => {
    expect(await nameEvaluationSets(recipe('none.txt'), folder)).toMatchObject({
      problems: [
        { path: 'cleaning.steps.0.sets.0.path', message: expect.stringMatching(/ENOENT/) as string },
      ],
    });
    const broken = join(folder, 'b.jsonl');
    await writeFile(broken, '"one"\n{');
    await expect(readEvaluationSet({ name: 'b', path: broken })).rejects.toThrow(
      /b.jsonl: line 2 is no JSON/,
    );
  });
});
