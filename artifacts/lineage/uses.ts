// A trace as a tree that people read: from what was asked for to the versions that saw it.
import type { Digest } from '../../contracts/artifact.ts';
import type { LineageUse, SeenVersion } from '../../contracts/lineage-view.ts';
import { stepOf } from './carried.ts';
import type { Trace, TracedArtifact } from './trace.ts';

const kinds: Readonly<Record<string, LineageUse['kind']>> = {
  weights: 'checkpoint',
  package: 'package',
  report: 'report',
  evidence: 'report',
};

export function kindOf({ role }: TracedArtifact): LineageUse['kind'] {
  return Object.hasOwn(kinds, role) ? kinds[role] : 'dataset';
}

/**
 * @param versions by the digest of their package
 * @returns a root for each artifact that nothing else of the trace was made into; what is met again has no more below it
 */
export function usesOf(trace: Trace, versions: ReadonlyMap<Digest, readonly SeenVersion[]>): LineageUse[] {
  const made = new Set(
    [...trace.values()].flatMap(({ reference, into }) => [...into].filter((it) => it !== reference.digest)),
  );
  const seen = new Set<Digest>();
  const grow = (artifact: TracedArtifact): LineageUse => {
    const { role, reference, madeBy, into } = artifact;
    const repeated = seen.has(reference.digest);
    seen.add(reference.digest);
    const below = [...into].flatMap((digest) => trace.get(digest) ?? []);
    const first = madeBy.at(0)?.record;
    return {
      role,
      kind: kindOf(artifact),
      reference,
      ...(first && { stage: first.stage, step: stepOf(first), endedAt: first.endedAt }),
      runs: [...new Set(madeBy.map(({ record }) => record.runId))],
      versions: versions.get(reference.digest) ?? [],
      repeated,
      into: repeated ? [] : below.map(grow),
    };
  };
  return [...trace.values()].filter(({ reference }) => !made.has(reference.digest)).map(grow);
}
