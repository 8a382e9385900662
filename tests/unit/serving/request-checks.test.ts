import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SchemaRevision } from '../../../contracts/data-validation.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';
import { createRequestChecks } from '../../../serving/request-checks.ts';

const revision = (maximum: number): SchemaRevision => ({
  ...{ revision: 1, at: '2026-11-30T12:00:00Z', by: 'kim', reason: 'inferred' },
  schema: { version: 1, characters: { minimum: 2, maximum, maximumOutside: 0 } },
});

/** Until what a request brought about has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await setImmediate();
}

describe('checks of requests', () => {
  it('count what differs from the schema, follow an edited one, and outlive a store that is away', async () => {
    let time = 0;
    let current: () => Promise<SchemaRevision | undefined> = () => Promise.resolve(revision(10));
    const metrics = createMetrics({ process: 'test' });
    const hear = createRequestChecks({ schemas: { current: () => current() }, metrics, now: () => time })(
      'mail-filter',
      3,
    );
    const counted = async () => {
      await settled();
      const line =
        /^coppice_request_anomalies_total\{model="mail-filter",version="3",kind="length"\} (\d+)$/m;
      return Number(line.exec(await metrics.text())?.[1] ?? 0);
    };
    hear('the first one finds no schema yet');
    expect(await counted()).toBe(0);
    hear('much too long for it');
    hear('short');
    expect(await counted()).toBe(1);
    current = () => Promise.reject(new Error('away'));
    time = 61_000;
    hear('much too long for it');
    expect(await counted()).toBe(2);
    current = () => Promise.resolve(revision(1_000));
    time = 200_000;
    hear('much too long for it');
    await settled();
    hear('much too long for it');
    expect(await counted()).toBe(3);
  });
});
