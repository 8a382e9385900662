import { describe, expect, it } from 'vitest';
import type { LabelSourceSpec } from '../../../contracts/model-spec/collection.ts';
import { readLabels } from '../../../sources/create-source.ts';
import type { LabelCollection } from '../../../sources/label-lines.ts';
import { memoryObjects, temporaryFolder } from './support.ts';

const files = (path: string): LabelSourceSpec => ({ kind: 'label-files', path });

async function read(
  folder: string,
  specs: LabelSourceSpec[],
  objects = new Map<string, string>(),
): Promise<LabelCollection> {
  const context = { baseDirectory: folder, objects: memoryObjects(objects) };
  return readLabels(specs, context, new AbortController().signal);
}

const line = (document: string, label: string): string => `${JSON.stringify({ document, label })}\n`;

describe('readLabels', () => {
  it('lets a later line for the same document replace an earlier one, over files, objects and sources', async () => {
    const folder = await temporaryFolder({
      'labels/b.jsonl': line('x', 'ham') + line('y', 'spam'),
      'labels/a.jsonl': line('x', 'spam') + line('x', 'unsure'),
      'labels/notes.txt': 'not read',
    });
    const objects = new Map([
      ['mail-filter/labels/2.jsonl', line('z', 'ham')],
      ['mail-filter/labels/1.jsonl', line('y', 'ham') + line('z', 'spam')],
      ['mail-filter/other/3.jsonl', line('x', 'no')],
    ]);
    const specs: LabelSourceSpec[] = [
      files('labels'),
      { kind: 'label-objects', bucket: 'mail-filter', prefix: 'labels/' },
    ];
    expect(await read(folder, specs, objects)).toEqual({
      labels: [
        { document: 'x', label: 'ham' },
        { document: 'y', label: 'ham' },
        { document: 'z', label: 'ham' },
      ],
      problems: [],
      voters: [],
    });
  });

  it('reads spans where stretches of a document are labelled, in the order of the text', async () => {
    const spans = [
      { start: 12, end: 20, label: 'person' },
      { start: 3, end: 8, label: 'place' },
    ];
    const bad = [
      { document: 'b', label: 'x' },
      { document: 'c', spans: [{ start: 4, end: 4, label: 'place' }] },
      { document: 'd', spans: [...spans, { start: 19, end: 25, label: 'place' }] },
      { document: 'e', spans: [{ start: -1, end: 4, label: 'place' }] },
    ];
    const lines = [{ document: 'a', spans }, ...bad, { document: 'f', spans: [] }];
    const folder = await temporaryFolder({ 'l.jsonl': lines.map((it) => JSON.stringify(it)).join('\n') });
    const context = { baseDirectory: folder, labelled: 'spans' } as const;
    const { labels, problems } = await readLabels([files('l.jsonl')], context, new AbortController().signal);
    expect(labels).toEqual([
      { document: 'a', spans: [spans[1], spans[0]] },
      { document: 'f', spans: [] },
    ]);
    expect(problems.map(({ uri }) => uri.slice(uri.indexOf('#')))).toEqual(['#L2', '#L3', '#L4', '#L5']);
    expect(problems[0].reason).toContain('with spans that do not overlap');
  });

  it('reports lines that are no labels and keeps the others', async () => {
    const bad = [
      '{"document": "a"',
      '{"document": "", "label": "x"}',
      '[]',
      '{"document":"b","label":"x","at":"yesterday"}',
    ];
    const folder = await temporaryFolder({
      'l.jsonl': `${line('first', 'x')}\r\n${bad.join('\n')}\n${line('last', 'y')}`,
    });
    const { labels, problems } = await read(folder, [files('l.jsonl')]);
    expect(labels.map(({ document }) => document)).toEqual(['first', 'last']);
    expect(problems.map(({ uri }) => uri.slice(uri.indexOf('#')))).toEqual(['#L3', '#L4', '#L5', '#L6']);
    expect(problems[0].reason).toContain('expected {"document": …, "label": …}');
  });

  it('fails when a folder is missing, since labels that are missing by accident mislead', async () => {
    const folder = await temporaryFolder();
    await expect(read(folder, [files('missing')])).rejects.toMatchObject({ type: 'SourceUnavailable' });
  });
});
