// docs/reference/model-file.md is held against the schema of the model file: every field with its default, and no other.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { modelSpecSchema, parseModelSpec } from '../../../contracts/model-spec/model-spec.ts';

/** As much of JSON Schema as the model file needs. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly default?: unknown;
  readonly const?: string;
}

/** Default of a field as JSON, or whether it must or may be left out. */
type Fields = ReadonlyMap<string, string>;

/** What tells the entries of a list apart. */
const discriminators = ['kind', 'step'];

/** A field of an entry of a list stands under the entry's kind: `collection.files.path`. */
function* fieldsOf(schema: Schema, path: readonly string[]): Generator<readonly [string, string]> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const here = [...path, name];
    if (field.properties) yield* fieldsOf(field, here);
    else yield [here.join('.'), defaultOf(field, schema.required?.includes(name) ?? false)];
    for (const variant of field.items?.oneOf ?? []) yield* fieldsOfVariant(variant, path);
  }
}

function* fieldsOfVariant(variant: Schema, path: readonly string[]): Generator<readonly [string, string]> {
  const entries = Object.entries(variant.properties ?? {});
  const kind = entries.find(([name]) => discriminators.includes(name))?.[1].const ?? '';
  const others = entries.filter(([name]) => !discriminators.includes(name));
  if (others.length === 0) yield [[...path, kind].join('.'), '—'];
  yield* fieldsOf({ ...variant, properties: Object.fromEntries(others) }, [...path, kind]);
}

function defaultOf({ default: value }: Schema, required: boolean): string {
  if (value !== undefined) return JSON.stringify(value);
  return required ? 'required' : '—';
}

const phases = ['pretraining', 'fineTuning', 'supervisedFineTuning'];

/** Tables with the columns `field` and `default`; a column before them names the entry, and is not repeated. */
function* fieldsOfPage(page: string): Generator<readonly [string, string]> {
  let section: string[] = [];
  let owners: string[] = [];
  let columns: string[] = [];
  for (const line of page.split('\n')) {
    const heading = /^## (\w+)$/.exec(line)?.at(1);
    if (heading !== undefined) section = [heading];
    if (!line.startsWith('|')) {
      columns = [];
      continue;
    }
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    const plain = cells.map((cell) => cell.trim().replace(/^`(.*)`$/, '$1'));
    if (columns.length === 0) {
      columns = plain;
      owners = [];
      continue;
    }
    const field = columns.indexOf('field');
    if (field < 0 || plain[0].startsWith('---')) continue;
    if (field > 0 && plain[0] !== '') owners = plain[0] === 'every' ? phases : [plain[0]];
    const name = plain[field] === '—' ? [] : [plain[field]];
    for (const owner of field > 0 ? owners.map((it) => [it]) : [[]]) {
      yield [[...section, ...owner, ...name].join('.'), defaultOnPage(plain[field + 1])];
    }
  }
}

function defaultOnPage(cell: string): string {
  if (['required', '—'].includes(cell)) return cell;
  const mebibytes = /^(\d+) MiB$/.exec(cell)?.at(1);
  if (mebibytes !== undefined) return String(Number(mebibytes) * 1024 * 1024);
  return JSON.stringify(JSON.parse(cell.replaceAll("'", '"').replace(/(?<=\d) (?=\d)/g, '')));
}

const inOrder = (fields: Fields): string[] => [...fields].map(([path, value]) => `${path}: ${value}`).sort();

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** The model file that a page shows, as it would be loaded. */
async function modelFileOf(page: string): Promise<unknown> {
  const code = /```ts\n(import \{ defineModel \}[^`]*)```/.exec(read(page))?.at(1) ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'coppice-docs-'));
  try {
    const file = join(folder, 'shown.model.mjs');
    writeFileSync(file, code.replace(/^import .*$/m, 'const defineModel = (definition) => definition;'));
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
    return module.default;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a model file in the documents', () => {
  it.each(['README.md', 'docs/guides/first-model.md', 'docs/guides/entities.md'])(
    'is one that Coppice takes, in %s',
    async (page) => {
      const parsed = parseModelSpec(await modelFileOf(page));
      expect('problems' in parsed ? parsed.problems : []).toEqual([]);
    },
  );
});

describe('docs/reference/model-file.md', () => {
  it('lists every field of the model file with its default, and no other', () => {
    const schema = z.toJSONSchema(modelSpecSchema, { io: 'input' }) as Schema;
    const declared = new Map(fieldsOf(schema, []));
    expect(declared.size).toBeGreaterThan(70);
    expect(declared.get('collection.files.maximumFileBytes')).toBe('8388608');
    expect(inOrder(new Map(fieldsOfPage(read('docs/reference/model-file.md'))))).toEqual(inOrder(declared));
  });
});
