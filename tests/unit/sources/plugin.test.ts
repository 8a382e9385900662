import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pluginSourceSchema } from '../../../contracts/model-spec/plugin-source.ts';
import { createSource } from '../../../sources/create-source.ts';
import type { Source } from '../../../sources/source.ts';
import { describeSource } from '../../support/source-contract.ts';
import { collectAll, describeAll, lastCursor, temporaryFolder } from './support.ts';

/** A plug-in of lines in a file beside it, each a document. */
const lines = (position: string): string => `
  import { readFile } from 'node:fs/promises';
  const path = new URL('./lines.txt', import.meta.url);
  export default {
    async *collect({ position }: { position: number | undefined }) {
      const all = (await readFile(path, 'utf8')).trim().split('\\n');
      for (const [at, content] of all.entries())
        if (at >= (position ?? 0)) yield { document: { name: String(at), uri: \`line:\${at}\`, content }, ${position} };
    },
  };`;

function open(folder: string, options: Record<string, unknown> = {}): Source {
  const spec = pluginSourceSchema.parse({ kind: 'plugin', name: 'own', path: 'own.ts', ...options });
  return createSource(spec, { baseDirectory: folder, now: () => new Date('2026-01-02T03:04:05Z') });
}

async function pluginOf(module: string, options?: Record<string, unknown>): Promise<Source> {
  return open(await temporaryFolder({ 'package.json': '{"type":"module"}', 'own.ts': module }), options);
}

for (const [kind, position] of [
  ['a plug-in with positions', 'position: at + 1'],
  ['a plug-in without positions', ''],
] as const)
  describeSource(kind, async () => {
    const texts = ['one', 'two', '셋'];
    const folder = await temporaryFolder({
      'package.json': '{"type":"module"}',
      'own.ts': lines(position),
      'lines.txt': texts.join('\n'),
    });
    return {
      open: () => open(folder),
      add: async () => {
        await writeFile(join(folder, 'lines.txt'), [...texts, 'four'].join('\n'));
        return 'own/3';
      },
    };
  });

describe('a plug-in', () => {
  it('gets its options as its own schema reads them, and says media type, time and licence', async () => {
    const source = await pluginOf(
      `import { z } from '${import.meta.resolve('zod')}';
       import { defineSource } from '${new URL('../../../coppice.ts', import.meta.url).href}';
       export default defineSource({
         options: z.strictObject({ word: z.string(), times: z.number().default(2) }),
         async *collect({ options: { word, times } }) {
           const time = new Date(0);
           yield { document: { name: 'a', uri: 'own:a', content: word.repeat(times), mediaType: 'text/html', time } };
           yield { document: { name: 'b', uri: 'own:b', content: new Uint8Array([0xb0, 0xa1]), licence: 'MIT' } };
         },
       });`,
      { options: { word: 'ha' }, licence: 'CC0-1.0' },
    );
    expect(await collectAll(source)).toMatchObject([
      {
        document: {
          ...{ uri: 'own:a', time: '1970-01-01T00:00:00.000Z', licence: 'CC0-1.0' },
          content: { mediaType: 'text/html', data: 'haha' },
        },
      },
      { document: { licence: 'MIT', content: { encoding: 'base64', data: 'sKE=' } } },
    ]);
  });

  it('that is none is refused with what is wrong: no file, no export, an error at loading, bad options', async () => {
    const folder = await temporaryFolder({
      'package.json': '{"type":"module"}',
      'empty.ts': 'export const collect = 1;',
      'broken.ts': 'throw new Error("no luck\\nat all");',
      'plain.mjs': 'export default { async *collect() {} };',
      'strict.ts': `import { z } from '${import.meta.resolve('zod')}';
        export default { options: z.strictObject({ site: z.object({ page: z.number() }) }), async *collect() {} };`,
    });
    const reasons = {
      'none.ts': 'there is no such file',
      '.': 'it is no file',
      'empty.ts': 'has no default export made by defineSource({ collect })',
      'broken.ts': 'cannot be loaded: no luck',
      'plain.mjs': 'refuses its options: options: Unrecognized key: "site"',
      'strict.ts':
        'refuses its options: options.site.page: Invalid input: expected number, received undefined',
    };
    for (const [path, reason] of Object.entries(reasons)) {
      const refused = collectAll(open(folder, { path, options: { site: {} } }));
      await expect(refused, path).rejects.toMatchObject({ type: 'InvalidInput' });
      await expect(collectAll(open(folder, { path, options: { site: {} } })), path).rejects.toThrow(reason);
    }
  });

  it('may bring what is no document: it is set aside, and nothing else is lost', async () => {
    const source = await pluginOf(
      `export default {
         async *collect() {
           yield { document: { name: '', uri: 'own:a', content: 'a' } };
           yield 'b';
           yield { problem: { uri: 'own:c', reason: 'gone' } };
           yield { document: { name: 'd', uri: 'own:d', content: 'd'.repeat(9) } };
           yield { document: { name: 'e', uri: 'own:e', content: 'e' } };
         },
       };`,
      { maximumDocumentBytes: 8 },
    );
    expect(await describeAll(source)).toEqual([
      'own.ts: not an item as defineSource describes it',
      'own.ts: not an item as defineSource describes it',
      'own:c: gone',
      'own:d: larger than 8 bytes',
      'own/e',
    ]);
  });

  it('that fails in the middle fails the run, which may be tried again, and not with all that it says', async () => {
    const source = await pluginOf(
      `export default { async *collect() { throw new Error('the place is closed\\n' + 'x'.repeat(10_000)); } };`,
    );
    const error: unknown = await collectAll(source).catch((it: unknown) => it);
    expect(error).toMatchObject({ type: 'SourceUnavailable' });
    expect((error as Error).message).toMatch(/^the plug-in \S+own\.ts failed: the place is closed$/);
  });

  it('that hangs does not keep a run from being stopped', async () => {
    const source = await pluginOf(
      `export default {
         async *collect() {
           yield { document: { name: 'a', uri: 'own:a', content: 'a' } };
           await new Promise(() => {});
         },
       };`,
    );
    const stop = new AbortController();
    const items = source.collect(undefined, stop.signal)[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { document: { id: 'own/a' } } });
    const next = items.next();
    stop.abort(new Error('stopped'));
    await expect(next).rejects.toThrow('stopped');
  });

  it('of the guide reads what the guide says that it reads', async () => {
    const guide = await readFile(new URL('../../../docs/guides/sources.md', import.meta.url), 'utf8');
    const module = /<!-- from here: a source of one's own -->\s+```ts\n([^]*?)```/.exec(guide)?.[1] ?? '';
    const folder = await temporaryFolder({
      'package.json': '{"type":"module"}',
      'own.ts': module
        .replace("'coppice'", `'${new URL('../../../coppice.ts', import.meta.url).href}'`)
        .replace("'zod'", `'${import.meta.resolve('zod')}'`),
      'fortunes.txt': 'A short one.\n%\nNo\n%\nAnother, of two\nlines.\n',
    });
    const source = open(folder, { options: { file: './fortunes.txt', shortest: 5 } });
    expect(await describeAll(source)).toEqual(['own/0', 'own/2']);
    expect(await describeAll(source, await lastCursor(source))).toEqual([]);
  });

  it('is loaded anew in each run, as its file stands then', async () => {
    const module = (text: string): string =>
      `export default { async *collect() { yield { document: { name: 'a', uri: 'own:a', content: '${text}' } }; } };`;
    const folder = await temporaryFolder({ 'package.json': '{"type":"module"}', 'own.ts': module('one') });
    const cursor = await lastCursor(open(folder));
    await writeFile(join(folder, 'own.ts'), module('two'));
    expect(await collectAll(open(folder), cursor)).toMatchObject([
      { document: { content: { data: 'two' } } },
    ]);
  });
});
