import { describe, expect, it } from 'vitest';
import { labelVotes } from '../../../contracts/model-spec/label-votes.ts';
import { writeClassifier } from '../../../pipeline/cleaning/text-classifier/classifier-file.ts';
import { trainTextClassifier } from '../../../pipeline/cleaning/text-classifier/text-classifier.ts';
import { readLabels } from '../../../sources/create-source.ts';
import { collected } from '../pipeline/cleaning/documents.ts';
import { temporaryFolder } from './support.ts';

const texts: Readonly<Record<string, string>> = {
  a: 'free money for you',
  b: '<p>The <b>minutes</b> of the meeting</p>',
  c: 'free money, as the minutes say',
};

async function* documents() {
  for (const [id, text] of Object.entries(texts))
    yield await Promise.resolve(collected(text, 'text/plain', id));
}

async function read(folder: string, options: object) {
  const spec = labelVotes.parse({ kind: 'label-votes', ...options });
  const { labels, problems } = await readLabels(
    [spec],
    { baseDirectory: folder, documents },
    AbortSignal.timeout(60_000),
  );
  return {
    labels: Object.fromEntries(labels.map((it) => [it.document, 'label' in it && it.label])),
    problems,
  };
}

const line = (document: string, label: string, annotator: string) =>
  `${JSON.stringify({ document, label, annotator })}\n`;
const rules = [
  { name: 'money', label: 'spam', words: ['free money'] },
  { name: 'minutes', label: 'ham', words: ['minutes'] },
];

describe('label-votes', () => {
  it('takes the label of most people, a later line of a person for the earlier, and sets aside what is no vote', async () => {
    const folder = await temporaryFolder({
      'ann.jsonl': line('a', 'ham', 'ann') + line('a', 'spam', 'ann') + line('b', 'ham', 'ann'),
      'others.jsonl':
        line('a', 'spam', 'bob') + line('a', 'ham', 'cy') + line('b', 'spam', 'bob') + '{"document":"a"}\n',
    });
    expect(await read(folder, { path: '.' })).toMatchObject({
      labels: { a: 'spam' },
      problems: [{ reason: expect.stringContaining('not a vote') as string }],
    });
    expect((await read(folder, { path: '.', ties: ['ham'] })).labels).toEqual({ a: 'spam', b: 'ham' });
    expect((await read(folder, { path: '.', weights: { cy: 5 } })).labels).toEqual({ a: 'ham' });
    expect((await read(folder, { path: '.', minimumVotes: 3 })).labels).toEqual({ a: 'spam' });
  });

  it('lets rules vote on the texts, of HTML on what it shows', async () => {
    const folder = await temporaryFolder({});
    expect((await read(folder, { rules })).labels).toEqual({ a: 'spam', b: 'ham' });
    expect((await read(folder, { rules, weights: { minutes: 2 } })).labels).toEqual({
      a: 'spam',
      b: 'ham',
      c: 'ham',
    });
  });

  it('lets a classifier vote beside them', async () => {
    const classifier = trainTextClassifier(
      [
        { text: 'free money for you', labels: ['spam'] },
        { text: 'the minutes of the meeting', labels: ['ham'] },
      ],
      { bits: 10 },
    );
    const folder = await temporaryFolder({ 'filter.json': writeClassifier(classifier), 'wrong.json': '{}' });
    const voted = await read(folder, { classifier: 'filter.json', classifierThreshold: 0.6, rules });
    expect(voted.labels).toMatchObject({ a: 'spam', b: 'ham' });
    await expect(read(folder, { classifier: 'wrong.json' })).rejects.toThrow('no text classifier');
    await expect(read(folder, { classifier: 'missing.json' })).rejects.toThrow('ENOENT');
  });

  it('is refused without voters, and with rules of one name', () => {
    expect(labelVotes.safeParse({ kind: 'label-votes' }).success).toBe(false);
    expect(labelVotes.safeParse({ kind: 'label-votes', rules: [rules[0], rules[0]] }).success).toBe(false);
  });
});
