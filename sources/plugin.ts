// A source that a user wrote. Coppice makes documents of what it brings, keeps its position, and sets aside what is none.
import { z } from 'zod';
import { CoppiceFailure } from '../contracts/failures.ts';
import { documentOf } from './content.ts';
import { inOneLine } from './plugins/own-module.ts';
import { type LoadedPlugin, loadPlugin, type PluginSpec } from './plugins/plugin-module.ts';
import { untilAborted } from './plugins/until-aborted.ts';
import { fingerprint, openSeenEntries } from './seen-entries.ts';
import type { Cursor, Found, Source } from './source.ts';
import { packState, unpackState } from './state-cursor.ts';

const KEEP_AFTER_SECONDS = 30;

const documentSchema = z.object({
  name: z.string().min(1).max(2_000),
  uri: z.string().min(1),
  content: z.union([z.string(), z.instanceof(Uint8Array)]),
  mediaType: z.string().min(1).default('text/plain'),
  time: z.date().optional(),
  licence: z.string().optional(),
});
const problemSchema = z.object({ uri: z.string(), reason: z.string().min(1).max(200) });
const itemSchema = z.union([
  z.object({ document: documentSchema, position: z.json().optional() }),
  z.object({ problem: problemSchema, position: z.json().optional() }),
]);
type Item = z.infer<typeof itemSchema>;

const stateSchema = z.object({ position: z.json().optional(), seen: z.string() });

type Context = Parameters<LoadedPlugin['collect']>[0];

async function* ask(
  { collect, options }: LoadedPlugin,
  path: string,
  from: Omit<Context, 'options'>,
): AsyncGenerator {
  try {
    yield* untilAborted(collect({ ...from, options }), from.signal);
  } catch (error) {
    from.signal.throwIfAborted();
    if (error instanceof CoppiceFailure) throw error;
    throw new CoppiceFailure('SourceUnavailable', `the plug-in ${path} failed: ${inOneLine(error)}`);
  }
}
/** @returns the document of an item, or why there is none */
function takeIn(item: Item, spec: PluginSpec, now: () => Date): Found {
  if ('problem' in item) return item;
  const { content, ...told } = item.document;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (bytes.length > spec.maximumDocumentBytes)
    return { problem: { uri: told.uri, reason: `larger than ${spec.maximumDocumentBytes} bytes` } };
  const { licence = spec.licence } = told;
  return { document: documentOf(bytes, { ...told, source: spec.name, licence, collectedAt: now() }) };
}

/** Makes the source of kind `plugin`. */
export function createPluginSource(spec: PluginSpec, { now }: { readonly now: () => Date }): Source {
  return {
    name: spec.name,
    keepAfterSeconds: KEEP_AFTER_SECONDS,
    collect: async function* (before, signal) {
      signal.throwIfAborted();
      const known = before && unpackState(before, stateSchema);
      const seen = openSeenEntries(known && { version: 1, seen: known.seen });
      let position = known?.position;
      const cursor = (): Cursor => packState({ position, seen: seen.cursor().seen });
      const plugin = await loadPlugin(spec);
      for await (const brought of ask(plugin, spec.path, { position, signal })) {
        const parsed = itemSchema.safeParse(brought);
        if (!parsed.success) {
          yield { problem: { uri: spec.path, reason: 'not an item as defineSource describes it' }, cursor };
          continue;
        }
        const found = takeIn(parsed.data, spec, now);
        if (parsed.data.position !== undefined) position = parsed.data.position;
        else if ('document' in found) {
          const state = fingerprint(found.document.id, found.document.digest);
          if (seen.has(state)) continue;
          seen.add(state);
        }
        yield { ...found, cursor };
      }
    },
  };
}
