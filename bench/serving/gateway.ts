// Goals of the gateway's own process, over a store of its own: what it adds to the model's time, whether a swap of versions
// drops a request, and how long it takes from its start to its first answer.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { z } from 'zod';
import { startLoad } from '../../tests/support/client-load.ts';
import { startMinio } from '../../tests/support/minio.ts';
import { type OwnRegistry, openOwnRegistry, startOwnGateway } from '../../tests/support/own-gateway.ts';
import { model } from '../../tests/support/registry-fixtures.ts';
import { classifierPackage, type PackageContent } from '../../tests/support/small-classifier.ts';
import { type Goal, median } from '../measure.ts';
import { startLines } from '../python-peer.ts';
import { classifierShape, textsOf } from './work.ts';

export interface GatewayDependencies {
  /** A place for the model's files. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Takes lines that stand with the results. */
  readonly remarks: string[];
}

const asked = 300;
const swap = { requests: 100_000, clients: 16, secondsAtMost: 240, pauseMs: 1_000 };
const order = [2, 3, 1];

/** @returns goals, and how what they have started ends */
export function gatewayGoals(dependencies: GatewayDependencies) {
  let minio: ReturnType<typeof startMinio> | undefined;
  let registries = 0;
  /** With versions that are published and the first of them promoted. */
  const withRegistry = async (
    packages: readonly PackageContent[],
    work: (registry: OwnRegistry) => Promise<number>,
  ): Promise<number> => {
    const { endpoint, accessKey, secretKey } = await (minio ??= startMinio());
    registries += 1;
    const registry = await openOwnRegistry({
      ...{ MINIO_ENDPOINT: endpoint, MINIO_ACCESS_KEY: accessKey, MINIO_SECRET_KEY: secretKey },
      COPPICE_ARTIFACTS_BUCKET: `artifacts-${registries}`,
      COPPICE_REGISTRY_BUCKET: `registry-${registries}`,
    });
    try {
      for (const content of packages) await registry.publish(content);
      await registry.promote(1);
      return await work(registry);
    } finally {
      await registry.close();
    }
  };

  const goals: Goal[] = [
    {
      ...{ name: 'gateway overhead', unit: 'ms, p50', goal: 1, rounds: 3 },
      measure: async () => {
        const content = await classifierPackage(1, classifierShape);
        return withRegistry([content], (registry) => measureOverhead(registry, content, dependencies));
      },
    },
    {
      ...{ name: 'swap', unit: `failed of ${swap.requests}`, goal: 0, rounds: 1 },
      measure: async () => {
        const packages = await Promise.all(order.map((seed) => classifierPackage(seed)));
        return withRegistry(packages, (registry) => countFailures(registry, dependencies));
      },
    },
    {
      ...{ name: 'cold start', unit: 's', goal: 5, rounds: 5 },
      measure: async () => withRegistry([await classifierPackage(1, classifierShape)], measureColdStart),
    },
  ];
  return { goals, close: async () => (await minio)?.stop() };
}

/** @returns the median, over texts, of the gateway's time less the model's for the same text just after */
async function measureOverhead(
  registry: OwnRegistry,
  content: PackageContent,
  { folder, say }: GatewayDependencies,
): Promise<number> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(content)) await writeFile(join(folder, name), bytes);
  const script = fileURLToPath(new URL('direct.ts', import.meta.url));
  const direct = startLines(process.execPath, ['--import', 'tsx', script, JSON.stringify({ folder })]);
  const gateway = await startOwnGateway(registry);
  try {
    await gateway.follows(1);
    const pool = new Pool(gateway.url, { connections: 1 });
    const [through, alone, difference]: [number[], number[], number[]] = [[], [], []];
    for (const [index, text] of textsOf(2 * asked).entries()) {
      const whole = await classify(pool, text);
      const { milliseconds } = z.object({ milliseconds: z.number() }).parse(await direct.ask({ text }));
      if (index < asked) continue; // compiles what is hot
      through.push(whole);
      alone.push(milliseconds);
      difference.push(whole - milliseconds);
    }
    await pool.close();
    say(`  through the gateway ${median(through).toFixed(2)} ms, the model ${median(alone).toFixed(2)} ms`);
    return median(difference);
  } finally {
    await Promise.all([gateway.stop(), direct.close()]);
  }
}

/** @returns milliseconds until the answer is read */
async function classify(pool: Pool, input: string): Promise<number> {
  const payload = JSON.stringify({ model, input });
  const begun = performance.now();
  const { statusCode, body } = await pool.request({
    ...{ path: '/v1/classifications', method: 'POST', headers: { 'content-type': 'application/json' } },
    body: payload,
  });
  const text = await body.text();
  const milliseconds = performance.now() - begun;
  if (statusCode !== 200) throw new Error(`status ${statusCode}: ${text}`);
  return milliseconds;
}

/** Versions follow each other until all is asked: each loads while another answers, and one ends. */
async function countFailures(registry: OwnRegistry, { say, remarks }: GatewayDependencies): Promise<number> {
  const gateway = await startOwnGateway(registry);
  try {
    await gateway.follows(1);
    const begun = performance.now();
    const seconds = (): number => (performance.now() - begun) / 1_000;
    const load = startLoad(gateway.url, model, swap.clients);
    let swaps = 0;
    while (load.total() < swap.requests && seconds() < swap.secondsAtMost) {
      const version = order[swaps % order.length];
      await registry.promote(version);
      await gateway.follows(version);
      swaps += 1;
      await wait(swap.pauseMs);
    }
    await load.stop();
    const { failures } = load;
    for (const failure of failures.slice(0, 3)) say(`  ${failure}`);
    remarks.push(
      `swap: ${failures.length} of ${load.total()} requests failed, of ${swap.clients} clients in ${seconds().toFixed(0)} s, with ${swaps} swaps`,
    );
    return failures.length;
  } finally {
    await gateway.stop();
  }
}

/** From the start of the process, without a file of its own, to its first answer. */
async function measureColdStart(registry: OwnRegistry): Promise<number> {
  const begun = performance.now();
  const gateway = await startOwnGateway(registry);
  const pool = new Pool(gateway.url, { connections: 1 });
  try {
    for (;;) {
      const answered = await classify(pool, 'meet me at noon').then(
        () => true,
        () => false, // it does not listen yet, or has not loaded the version
      );
      const seconds = (performance.now() - begun) / 1_000;
      if (answered) return seconds;
      if (seconds > 120) throw new Error('no answer within two minutes');
      await wait(10);
    }
  } finally {
    await pool.destroy();
    await gateway.stop();
  }
}
