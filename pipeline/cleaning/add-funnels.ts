// The funnels of the parts of a corpus, added up.
import type { FunnelRow } from '../../contracts/stage-results.ts';

/** @param funnels of the same recipe, each over other documents; none gives no rows */
export function addFunnels(funnels: readonly (readonly FunnelRow[])[]): FunnelRow[] {
  const [first = [], ...others] = funnels;
  return first.map((row, place) =>
    others.reduce<FunnelRow>((sum, funnel) => addRows(sum, funnel[place]), row),
  );
}

function addRows(a: FunnelRow, b: FunnelRow): FunnelRow {
  const changes = addCounts(a.changes ?? {}, b.changes ?? {});
  return {
    step: a.step,
    in: a.in + b.in,
    kept: a.kept + b.kept,
    changed: a.changed + b.changed,
    dropped: a.dropped + b.dropped,
    reasons: addCounts(a.reasons, b.reasons),
    ...(Object.keys(changes).length > 0 && { changes }),
    ...{ bytesIn: (a.bytesIn ?? 0) + (b.bytesIn ?? 0), bytesOut: (a.bytesOut ?? 0) + (b.bytesOut ?? 0) },
  };
}

function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(names.map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}
