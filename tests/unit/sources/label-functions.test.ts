import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labelVotes } from '../../../contracts/model-spec/label-votes.ts';
import { labelVotersSection } from '../../../pipeline/evaluation/report/label-voters-section.ts';
import { readLabels } from '../../../sources/create-source.ts';
import { collected } from '../pipeline/cleaning/documents.ts';
import { temporaryFolder } from './support.ts';

const texts: Readonly<Record<string, string>> = {
  a: 'free money for you',
  b: '<p>The <b>minutes</b> of the meeting</p>',
  c: 'free money, as the minutes say',
  d: 'nothing',
};
const rules = [{ name: 'money', label: 'spam', words: ['free money'] }];

async function* documents() {
  for (const [id, text] of Object.entries(texts))
    yield await Promise.resolve(collected(text, text.startsWith('<') ? 'text/html' : 'text/plain', id));
}

async function read(folder: string, options: object) {
  const spec = labelVotes.parse({ kind: 'label-votes', ...options });
  const context = { baseDirectory: folder, documents };
  const { labels, ...rest } = await readLabels([spec], context, AbortSignal.timeout(60_000));
  return {
    ...rest,
    labels: Object.fromEntries(labels.map((it) => [it.document, 'label' in it && it.label])),
  };
}

describe('label functions', () => {
  it('vote with the rules, wait for answers, and abstain', async () => {
    const folder = await temporaryFolder({
      'labels.ts': `export default {
        minutes: async ({ text, id }: { text: string; id: string }) =>
          text.trim() === 'The minutes of the meeting' || id === 'c' ? 'ham' : null,
        short: ({ text, mediaType, uri }: Record<string, string>) =>
          text.length < 10 && mediaType === 'text/plain' && uri !== undefined ? 'ham' : undefined,
      };`,
    });
    const { labels, voters, problems } = await read(folder, {
      ...{ rules, functions: 'labels.ts', weights: { minutes: 2 } },
    });
    expect(labels).toEqual({ a: 'spam', b: 'ham', c: 'ham', d: 'ham' });
    expect(problems).toEqual([]);
    expect(voters).toEqual([
      { voter: 'minutes', documents: 4, votes: 2, overlaps: 1, conflicts: 1, errors: 0 },
      { voter: 'money', documents: 4, votes: 2, overlaps: 1, conflicts: 1, errors: 0 },
      { voter: 'short', documents: 4, votes: 1, overlaps: 0, conflicts: 0, errors: 0 },
    ]);
    expect(String(labelVotersSection({ labelVoters: voters }))).toContain('2 (50.0 %)');
  });

  it('that fail are counted and abstain, and the others are heard', async () => {
    const folder = await temporaryFolder({
      'labels.mjs': `export default {
        broken: ({ id }) => { if (id !== 'a') throw new Error('no ' + id + '\\nat here'); return 'spam'; },
        wrong: () => 7,
        never: () => undefined,
      };`,
    });
    const { labels, voters, problems } = await read(folder, { functions: 'labels.mjs' });
    expect(labels).toEqual({ a: 'spam' });
    expect(voters.map(({ voter, votes, errors }) => [voter, votes, errors])).toEqual([
      ['broken', 1, 3],
      ['never', 0, 0],
      ['wrong', 0, 4],
    ]);
    expect(problems.map(({ uri, reason }) => [uri.replace(/^.*\//, ''), reason])).toEqual([
      ['labels.mjs#broken', 'failed on 3 documents, first with: no b'],
      ['labels.mjs#wrong', 'failed on 4 documents, first with: it answered with no label'],
    ]);
  });

  it('are loaded as they stand now', async () => {
    const folder = await temporaryFolder({ 'labels.mjs': `export default { all: () => 'old' };` });
    expect((await read(folder, { functions: 'labels.mjs' })).labels).toMatchObject({ a: 'old' });
    await writeFile(join(folder, 'labels.mjs'), `export default { all: () => 'new' };`);
    expect((await read(folder, { functions: 'labels.mjs' })).labels).toMatchObject({ a: 'new' });
  });

  it('are refused in words where there are none, or two voters have a name', async () => {
    const folder = await temporaryFolder({
      'none.mjs': 'export default {};',
      'text.mjs': 'export default { a: 1 };',
      'broken.mjs': 'export default {',
      'money.mjs': 'export default { money: () => undefined };',
    });
    for (const [functions, message] of [
      ['none.mjs', 'has no default export made by defineLabelFunctions'],
      ['text.mjs', 'has no default export made by defineLabelFunctions'],
      ['broken.mjs', 'cannot be loaded'],
      ['missing.mjs', 'there is no such file'],
      ['money.mjs', 'money is the name of a function and of another voter'],
    ])
      await expect(read(folder, { functions, rules })).rejects.toMatchObject({
        type: 'InvalidInput',
        message: expect.stringContaining(message) as string,
      });
  });
});
