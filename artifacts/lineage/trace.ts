// Forward through the lineage: from what a collection brought to every dataset, checkpoint and version that saw it.
import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import type { LineageLog, StoredRecord } from '../lineage.ts';
import { carriedOutputs, type RoleOf } from './carried.ts';
import type { DocumentSearch } from './search.ts';

/** An artifact that saw what is looked for. */
export interface TracedArtifact extends RoleOf {
  /** Records of the stages that made it of something that saw it, or, at the start, that made it at all. */
  readonly madeBy: StoredRecord[];
  /** Digests of what was made of it. */
  readonly into: Set<Digest>;
  /** The very bytes that hold it; undefined for what learned from it, such as weights, and cannot be looked into. */
  readonly blobs: readonly ArtifactReference[] | undefined;
}

/** By digest, nearest first. */
export type Trace = ReadonlyMap<Digest, TracedArtifact>;

export interface TraceStart extends RoleOf {
  readonly madeBy: readonly StoredRecord[];
  readonly blobs: readonly ArtifactReference[] | undefined;
}

export interface TraceDependencies {
  readonly lineage: Pick<LineageLog, 'findReaders'>;
  /** Looks whether an output holds it indeed: a document that was dropped goes no further. Absent: all do. */
  readonly search?: Pick<DocumentSearch, 'look'>;
}

/** @returns the starts, and everything that carries on what they hold */
export async function traceForward(
  starts: readonly TraceStart[],
  { lineage, search }: TraceDependencies,
): Promise<Trace> {
  const trace = new Map<Digest, TracedArtifact>();
  const frontier: Digest[] = [];
  const meet = (start: TraceStart): void => {
    const { digest } = start.reference;
    const known = trace.get(digest);
    if (known) known.madeBy.push(...start.madeBy.filter((made) => !includes(known.madeBy, made)));
    else {
      trace.set(digest, { ...start, madeBy: [...start.madeBy], into: new Set() });
      frontier.push(digest);
    }
  };
  for (const start of starts) meet(start);
  for (let digest = frontier.shift(); digest !== undefined; digest = frontier.shift()) {
    const from = trace.get(digest);
    for (const read of await lineage.findReaders(digest)) {
      for (const output of carriedOutputs(read.record, digest)) {
        const held = await holdingOf(output, { record: read, search });
        if (!held) continue;
        from?.into.add(output.reference.digest);
        meet({ ...output, madeBy: [read], blobs: held.blobs });
      }
    }
  }
  return trace;
}

const includes = (records: readonly StoredRecord[], { reference }: StoredRecord): boolean =>
  records.some((it) => it.reference.digest === reference.digest);

/** @returns undefined where the output does not hold it; without bytes where it cannot be looked into */
async function holdingOf(
  { role, reference }: RoleOf,
  { record: { record }, search }: { record: StoredRecord; search: TraceDependencies['search'] },
): Promise<{ blobs: readonly ArtifactReference[] | undefined } | undefined> {
  if (!search) return { blobs: undefined };
  // The page quotes what the evidence quotes, and says so in HTML.
  const page = role === 'report' && Object.hasOwn(record.outputs, 'evidence');
  const found = await search.look(page ? record.outputs['evidence'] : reference);
  if (!found) return { blobs: undefined };
  if (found.held === 'no') return undefined;
  return { blobs: page ? [reference] : found.blobs };
}
