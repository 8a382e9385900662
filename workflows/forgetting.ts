// Forgets one document or subject: removes what holds it, marks the versions that saw it, and looks again once the runs
// that were open have ended, since they may have written what they had read before.
import { proxyActivities, setCurrentDetails, setHandler, sleep } from '@temporalio/workflow';
import type { ForgettingActivities, FoundHoldings } from '../activities/forgetting.ts';
import type { RegistryActivities } from '../activities/registry.ts';
import type {
  ForgettingCounts,
  ForgettingInput,
  ForgettingResult,
  ForgettingStatus,
} from '../contracts/forgetting.ts';
import { compute, quick, registry } from './activity-options.ts';
import { forgettingStatusQuery } from './messages.ts';

const { findHoldings, purgeFound } = proxyActivities<ForgettingActivities>(compute);
const { findOpenRuns, askToForget } = proxyActivities<ForgettingActivities>(quick);
const { commitRegistryChange } = proxyActivities<RegistryActivities>(registry);

/** Gateways write within a second what they have in memory; twice that, and some. */
const gatewaysHaveWrittenMs = 3_000;
const firstLookMs = 5_000;
/** A run may take days: it is looked for ever less often. */
const longestPauseMs = 3_600_000;
/** After thirty days of hourly looks a run is let be; what it registers is found by asking again. */
const looksAtMost = 720;

const nothing: ForgettingCounts = {
  ...{ documents: 0, shards: 0, blobs: 0, caches: 0, checkpoints: 0 },
  ...{ predictions: 0, labels: 0 },
};

export async function forgettingWorkflow({ target, by }: ForgettingInput): Promise<ForgettingResult> {
  let status: ForgettingStatus = { phase: 'searching', removed: nothing, open: [] };
  const show = (change: Partial<ForgettingStatus>) => {
    status = { ...status, ...change };
    setCurrentDetails(describe(status));
  };
  setHandler(forgettingStatusQuery, () => status);

  const sweep = async (): Promise<FoundHoldings> => {
    show({ phase: 'searching' });
    const holdings = await findHoldings({ target });
    if (holdings.unknown) return holdings;
    show({ phase: 'purging' });
    await purgeFound({ target });
    await markVersions(holdings, { target, by });
    show({ removed: add(status.removed, holdings.found) });
    return holdings;
  };

  const first = await sweep();
  if (first.unknown) return { outcome: 'unknown', removed: nothing, versions: [], retraining: [] };
  show({ phase: 'waiting', open: await findOpenRuns() });
  await sleep(gatewaysHaveWrittenMs);
  let pauseMs = firstLookMs;
  for (let look = 0; status.open.length > 0 && look < looksAtMost; look += 1) {
    await sleep(pauseMs);
    const open = await findOpenRuns();
    show({ open: status.open.filter((run) => open.includes(run)) });
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
  const { versions } = await sweep();
  const retraining: ForgettingResult['retraining'][number][] = [];
  for (const model of new Set(versions.map((version) => version.model))) {
    retraining.push({ model, ...(await askToForget({ model, target })) });
  }
  show({ phase: 'done' });
  return { outcome: 'forgotten', removed: status.removed, versions, retraining };
}

/** One entry a ledger. The same versions again are the same entry. */
async function markVersions({ versions }: FoundHoldings, { target, by }: ForgettingInput): Promise<void> {
  for (const model of new Set(versions.map((version) => version.model))) {
    const seen = versions.filter((version) => version.model === model).map(({ version }) => version);
    await commitRegistryChange({
      model,
      idempotencyKey: `forgetting/${target}/${seen.join(',')}`,
      actor: by,
      reason: `saw what forgetting ${target.slice(0, 12)} removed`,
      change: { kind: 'mark-for-retraining', versions: seen, forgetting: target },
    });
  }
}

/** Documents are found once: the second sweep finds what was written anew of them. */
function add(a: ForgettingCounts, b: ForgettingCounts): ForgettingCounts {
  return {
    documents: Math.max(a.documents, b.documents),
    shards: a.shards + b.shards,
    blobs: a.blobs + b.blobs,
    caches: a.caches + b.caches,
    checkpoints: a.checkpoints + b.checkpoints,
    predictions: a.predictions + b.predictions,
    labels: a.labels + b.labels,
  };
}

function describe({ phase, removed, open }: ForgettingStatus): string {
  const counts = Object.entries(removed).filter(([, count]) => count > 0);
  return [
    `**${phase}**`,
    ...open.map((run) => `- may still write what it had read: \`${run}\``),
    ...(counts.length > 0 ? ['', '| removed | |', '| --- | --- |'] : []),
    ...counts.map(([what, count]) => `| ${what} | ${count} |`),
  ].join('\n');
}
