import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectedDocumentSchema } from '../../../contracts/document.ts';
import { filesSourceSchema } from '../../../contracts/model-spec/collection.ts';
import { createSource } from '../../../sources/create-source.ts';
import type { Source } from '../../../sources/source.ts';
import { collectAll, describeAll, lastCursor, temporaryFolder, writeFiles } from './support.ts';

function filesSource(folder: string, options: Record<string, unknown> = {}): Source {
  const spec = filesSourceSchema.parse({ kind: 'files', name: 'notes', path: '.', ...options });
  return createSource(spec, { baseDirectory: folder, now: () => new Date('2026-01-02T03:04:05Z') });
}

describe('files source', () => {
  it('brings files in the order of their names, folders within, hidden ones left out', async () => {
    const folder = await temporaryFolder({
      'b.txt': 'b',
      'a/2.txt': '2',
      'a/10.txt': '10',
      '.hidden': 'x',
      '.git/c': 'y',
    });
    expect(await describeAll(filesSource(folder))).toEqual([
      'notes/a/10.txt',
      'notes/a/2.txt',
      'notes/b.txt',
    ]);
  });

  it('makes documents that the contract accepts and whose bytes can be restored', async () => {
    const latin = Buffer.from('caf\xe9', 'latin1');
    const folder = await temporaryFolder({ 'a.txt': '\uFEFFmarked 한글', 'b.txt': latin });
    const items = await collectAll(filesSource(folder, { licence: 'CC0-1.0', mediaType: 'text/markdown' }));
    const documents = items.map((item) =>
      collectedDocumentSchema.parse('document' in item ? item.document : item.problem),
    );
    expect(documents.map(({ content: { encoding, data } }) => Buffer.from(data, encoding))).toEqual([
      Buffer.from('\uFEFFmarked 한글'),
      latin,
    ]);
    expect(documents[1]).toMatchObject({
      ...{ id: 'notes/b.txt', source: 'notes', licence: 'CC0-1.0', collectedAt: '2026-01-02T03:04:05.000Z' },
      digest: 'sha256:dafd66c0b98965e688be1fc12942c09f0350e6be0685017c3f234e97d0adc92e',
      content: { mediaType: 'text/markdown', encoding: 'base64' },
    });
  });

  it('sets aside what is no text, too large, or a link, and goes on', async () => {
    const folder = await temporaryFolder({
      'a.txt': 'text',
      'b.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]),
      'c.bin': Buffer.alloc(64, 1),
      'd.txt': 'x'.repeat(101),
      'f.txt': Buffer.from('\uFEFFUTF-16', 'utf16le'),
    });
    await symlink('/etc/hostname', join(folder, 'e.txt'));
    expect(await describeAll(filesSource(folder, { maximumFileBytes: 100 }))).toEqual([
      'notes/a.txt',
      'b.png: not text',
      'c.bin: not text',
      'd.txt: larger than 100 bytes',
      'e.txt: a symbolic link',
      'notes/f.txt',
    ]);
    expect(await describeAll(filesSource(folder, { mediaType: 'image/png', extensions: ['.png'] }))).toEqual([
      'notes/b.png',
    ]);
  });

  it('brings only what is new or has changed since the cursor, which is plain data', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a', 'b.txt': 'b', 'c.bin': Buffer.alloc(9) });
    const cursor = JSON.parse(JSON.stringify(await lastCursor(filesSource(folder)))) as never;
    expect(await describeAll(filesSource(folder), cursor)).toEqual([]);
    await writeFiles(folder, { 'a.txt': 'changed', 'aa.txt': 'new' });
    expect(await describeAll(filesSource(folder), cursor)).toEqual(['notes/a.txt', 'notes/aa.txt']);
  });

  it('resumes after the item whose cursor was kept', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' });
    for await (const item of filesSource(folder).collect(undefined, new AbortController().signal)) {
      expect(await describeAll(filesSource(folder), item.cursor())).toEqual(['notes/b.txt', 'notes/c.txt']);
      break;
    }
  });

  it('forgets files that have gone, so that the cursor of a spool does not grow', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a', 'b.txt': 'b' });
    const before = await lastCursor(filesSource(folder));
    await rm(join(folder, 'a.txt'));
    await writeFiles(folder, { 'c.txt': 'c' });
    const after = await lastCursor(filesSource(folder), before);
    expect(after?.seen).toHaveLength(before?.seen.length ?? 0);
    expect(after).not.toEqual(before);
  });

  it('keeps the cursor of ten thousand files below a hundred kilobytes', async () => {
    const { openSeenEntries, fingerprint } = await import('../../../sources/seen-entries.ts');
    const seen = openSeenEntries(undefined);
    for (let number = 0; number < 10_000; number += 1) seen.add(fingerprint(`mail-${number}.eml`, number));
    const cursor = seen.cursor();
    expect(JSON.stringify(cursor).length).toBeLessThan(100_000);
    const reopened = openSeenEntries(cursor);
    expect(reopened.has(fingerprint('mail-9999.eml', 9_999))).toBe(true);
    expect(reopened.has(fingerprint('mail-9999.eml', 9_998))).toBe(false);
    expect(reopened.cursor()).toEqual(cursor);
  });

  it('takes a path to one file', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a', 'b.txt': 'b' });
    expect(await describeAll(filesSource(folder, { path: 'b.txt' }))).toEqual(['notes/b.txt']);
  });

  it('says in one line that a path does not exist or is no path, and refuses a foreign cursor', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a' });
    await expect(collectAll(filesSource(folder, { path: 'missing' }))).rejects.toMatchObject({
      type: 'SourceUnavailable',
      message: `there is no file or folder ${join(folder, 'missing')}`,
    });
    await expect(collectAll(filesSource(folder, { path: 'a.txt/below' }))).rejects.toMatchObject({
      type: 'InvalidInput',
    });
    await expect(collectAll(filesSource(folder, { path: 'a\0b' }))).rejects.toMatchObject({
      type: 'InvalidInput',
    });
    await expect(collectAll(filesSource(folder), { version: 1, seen: 'AAAA' })).rejects.toMatchObject({
      type: 'InvalidInput',
    });
  });

  it('stops with the reason of the signal', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a', 'b.txt': 'b' });
    const controller = new AbortController();
    const items = filesSource(folder).collect(undefined, controller.signal)[Symbol.asyncIterator]();
    await items.next();
    controller.abort(new Error('stopped'));
    await expect(items.next()).rejects.toThrow('stopped');
  });
});
