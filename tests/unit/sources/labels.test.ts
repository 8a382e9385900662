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
    });
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
