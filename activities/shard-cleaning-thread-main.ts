// The thread that cleans shards: gzipped lines in, gzipped lines out, so that nothing but bytes crosses between threads.
import { parentPort, workerData } from 'node:worker_threads';
import { gunzipSync, gzipSync } from 'node:zlib';
import { canonicalJson } from '../artifacts/canonical-json.ts';
import type { CleaningSample } from '../contracts/cleaning-sample.ts';
import {
  type CleanDocument,
  type CollectedDocument,
  collectedDocumentSchema,
} from '../contracts/document.ts';
import type { CleaningSpec } from '../contracts/model-spec/cleaning.ts';
import type { FunnelRow } from '../contracts/stage-results.ts';
import { createRecipe } from '../pipeline/cleaning/recipe.ts';
import { createDocumentReader } from '../runtimes/documents/read-document.ts';
import { createAnalysers } from '../runtimes/languages/analysers.ts';
import type { DroppedDocument } from './outcome-writer.ts';

export interface ShardCleaningJob {
  /** As they are stored. */
  readonly shards: readonly Uint8Array[];
  readonly steps: CleaningSpec['steps'];
  readonly followed: boolean;
}

interface Lines {
  readonly bytes: Uint8Array;
  readonly records: number;
  /** UTF-16 units unpacked. */
  readonly characters: number;
}

export interface CleanedShard {
  readonly kept: Lines;
  readonly dropped: Lines;
}

export interface CleanedShards {
  readonly shards: readonly CleanedShard[];
  readonly funnel: readonly FunnelRow[];
  readonly samples: readonly CleaningSample[];
}

async function clean({ shards, steps, followed }: ShardCleaningJob): Promise<CleanedShards> {
  const recipe = createRecipe(steps, {
    analysers: createAnalysers(),
    readDocument: createDocumentReader().read,
  });
  const cleaned: CleanedShard[] = [];
  for (const shard of shards) {
    const kept: (CleanDocument | CollectedDocument)[] = [];
    const dropped: DroppedDocument[] = [];
    for (const line of gunzipSync(shard).toString('utf8').split('\n')) {
      if (line === '') continue;
      const document = collectedDocumentSchema.parse(JSON.parse(line));
      const outcome = await recipe.clean(document);
      if (outcome.outcome === 'kept') kept.push(followed ? asCollected(outcome.document) : outcome.document);
      else {
        const { id, uri, digest } = document;
        dropped.push({ id, uri, digest, step: outcome.step, reason: outcome.reason });
      }
    }
    cleaned.push({ kept: linesOf(kept), dropped: linesOf(dropped) });
  }
  return { shards: cleaned, funnel: recipe.funnel(), samples: recipe.samples() };
}

/** For the steps that follow: they read the text that there is by now. */
function asCollected({ text, alignment: _none, ...origin }: CleanDocument): CollectedDocument {
  return { ...origin, content: { mediaType: 'text/plain', encoding: 'utf8', data: text } };
}

function linesOf(records: readonly object[]): Lines {
  const text = records.map((record) => `${canonicalJson(record)}\n`).join('');
  return { bytes: gzipSync(text, { level: 6 }), records: records.length, characters: text.length };
}

parentPort?.postMessage(await clean(workerData as ShardCleaningJob));
