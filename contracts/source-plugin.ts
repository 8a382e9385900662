// What a user's own source is: a module whose default export is `defineSource({...})`.
import type { z } from 'zod';

/** Where a source goes on: plain data, small, kept between runs. */
export type Position = z.core.util.JSONType;

/** One document, as a plug-in tells of it. */
export interface PluginDocument {
  /** Unique within the source, such as a path or the id of an entry; the id of the document is `<source>/<name>`. */
  readonly name: string;
  readonly uri: string;
  /** Text, or bytes in a charset that need not be known. */
  readonly content: string | Uint8Array;
  /** `text/plain` where it is absent. */
  readonly mediaType?: string;
  /** When the document says that it was made. */
  readonly time?: Date;
  /** The model file's where it is absent. */
  readonly licence?: string;
}

/** One document, or one thing that was set aside with a short reason. */
export type PluginItem = (
  | { readonly document: PluginDocument }
  | { readonly problem: { readonly uri: string; readonly reason: string } }
) & {
  /**
   * Where a later run goes on after this item. Without positions a later run brings everything again, and Coppice leaves
   * out the documents that it has: those with the name and the bytes of one that was brought.
   */
  readonly position?: Position;
};

export interface PluginContext<Options> {
  readonly options: Options;
  /** Of the last item that was kept; none in the first run. */
  readonly position: Position | undefined;
  /** Aborted when the run is cancelled or the worker ends. */
  readonly signal: AbortSignal;
}

export interface SourcePlugin<Options = unknown> {
  /** Of `options` in the model file; without it none may be given. */
  readonly options?: z.ZodType<Options>;
  /** Brings what is new since the position. An error that it throws fails the run after its attempts. */
  readonly collect: (context: PluginContext<Options>) => AsyncIterable<PluginItem>;
}

/**
 * Types a source of one's own for the editor. A model file names the module by `{ kind: 'plugin', path: './module.ts' }`.
 * @example export default defineSource({ options: z.strictObject({ path: z.string() }), async *collect({ options, position }) { … } });
 */
export function defineSource<Options>(plugin: SourcePlugin<Options>): SourcePlugin<Options> {
  return plugin;
}
