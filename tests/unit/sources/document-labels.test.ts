import { describe, expect, it } from 'vitest';
import type { CollectedDocument } from '../../../contracts/document.ts';
import { collectionSchema, type LabelSourceSpec } from '../../../contracts/model-spec/collection.ts';
import { readLabels } from '../../../sources/create-source.ts';
import { folderOf, titleOf } from '../../../sources/document-labels.ts';
import { temporaryFolder } from './support.ts';

const page = (name: string, data: string, source = 'help'): CollectedDocument => ({
  ...{ id: `${source}/${name}`, source, uri: '', digest: `sha256:${'0'.repeat(64)}` },
  collectedAt: '2026-01-02T03:04:05.000Z',
  content: { mediaType: 'text/html', encoding: 'utf8', data },
});

describe('titleOf', () => {
  it.each([
    ['<title>셀 &amp; 행</title>', '셀 & 행'],
    ['<TITLE lang=ko>\n  두\n  줄 </TITLE>', '두 줄'],
    [`<title>${'각'.normalize('NFD')}</title>`, '각'],
    ['<title></title>', undefined],
    ['<h1>none</h1>', undefined],
  ])('reads %j', (html, title) => expect(titleOf(page('a', html))).toBe(title));

  it('reads a page that is not UTF-8', () => {
    const data = Buffer.from('<title>caf\xe9</title>', 'latin1').toString('base64');
    expect(titleOf({ content: { mediaType: 'text/html', encoding: 'base64', data } })).toBe('café');
  });
});

describe('folderOf', () => {
  it('is the first folder below the source', () => {
    expect(folderOf(page('scalc/01/a.html', ''))).toBe('scalc');
    expect(folderOf(page('a.html', ''))).toBeUndefined();
  });
});

describe('readLabels', () => {
  const documents = async function* (): AsyncGenerator<CollectedDocument> {
    yield* await Promise.resolve([
      page('scalc/a.html', '<title>A</title>'),
      page('smath/b.html', '<title>B</title>'),
      page('c.html', ''),
      page('x/d.html', '<title>D</title>', 'other'),
    ]);
  };
  const read = async (specs: LabelSourceSpec[], labelled: 'documents' | 'spans' = 'documents') =>
    readLabels(
      specs,
      {
        baseDirectory: await temporaryFolder({
          'l.jsonl': '{"document":"help/scalc/a.html","label":"better"}',
        }),
        documents,
        labelled,
      },
      new AbortController().signal,
    );

  it('asks the documents of one source, and lets a person have the last word', async () => {
    expect((await read([{ kind: 'document-title', source: 'help' }])).labels).toEqual([
      { document: 'help/scalc/a.html', label: 'A' },
      { document: 'help/smath/b.html', label: 'B' },
    ]);
    const { labels } = await read([
      { kind: 'document-folder', source: 'help' },
      { kind: 'label-files', path: 'l.jsonl' },
    ]);
    expect(labels).toMatchObject([{ label: 'better' }, { label: 'smath' }]);
  });

  it('refuses to label spans so', async () => {
    await expect(read([{ kind: 'document-title', source: 'help' }], 'spans')).rejects.toMatchObject({
      type: 'InvalidInput',
    });
  });
});

describe('collectionSchema', () => {
  it('asks that labels name a source of the model', () => {
    const sources = [{ kind: 'files', name: 'help', path: '.' }];
    const parse = (source: string) =>
      collectionSchema.safeParse({ sources, labels: [{ kind: 'document-title', source }] });
    expect(parse('help').success).toBe(true);
    expect(parse('other').error?.issues).toMatchObject([{ path: ['labels', 0, 'source'] }]);
  });
});
