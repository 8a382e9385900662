// A gateway's own process over a real store: versions are published as a worker does, and routings signed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { z } from 'zod';
import { openRegistryWriter, openStore } from '../../artifacts/open.ts';
import { readSettings } from '../../settings/settings.ts';
import { nodeArguments } from '../../stack/processes.ts';
import { specOf } from './model-fixtures.ts';
import { poll } from './poll.ts';
import { challenge, commitOf, model, promote, register } from './registry-fixtures.ts';
import type { PackageContent } from './small-classifier.ts';
import { freePorts } from './test-store.ts';

export type OwnRegistry = Awaited<ReturnType<typeof openOwnRegistry>>;

/** @param environment where the store is; buckets that no other test uses */
export async function openOwnRegistry(environment: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'coppice-own-gateway-'));
  const settings = readSettings({ ...environment, COPPICE_HOME: join(folder, 'worker') });
  const store = await openStore(settings);
  const writer = await openRegistryWriter(settings, store);
  const spec = await writer.writeSpec({ model, spec: specOf(model), by: 'kim' });
  const put = async (content: PackageContent) => {
    const files = Object.entries(content).map(async ([name, bytes]) => [
      name,
      await store.artifacts.putBytes(bytes, { mediaType: 'application/octet-stream' }),
    ]);
    return store.artifacts.putDirectory(
      Object.fromEntries(await Promise.all(files)) as Parameters<typeof store.artifacts.putDirectory>[0],
    );
  };
  return {
    environment,
    folder,
    /** Registers a version. @returns its number */
    publish: async (content: PackageContent): Promise<number> => {
      const change = register();
      if (change.kind !== 'register') throw new Error('no registration');
      const version = { ...change.version, spec, package: await put(content) };
      const { version: made } = await writer.commit(commitOf({ ...change, version }));
      if (!made) throw new Error('no version was made');
      return made.version;
    },
    /** Makes a version the champion, by a signed routing. */
    promote: async (version: number): Promise<void> => {
      await writer.commit(commitOf(promote(version)));
    },
    /** Gives a version a share of the traffic, in a canary. */
    challenge: async (version: number, trafficFraction: number): Promise<void> => {
      await writer.commit(commitOf(challenge(version, { trafficFraction })));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface OwnGateway {
  readonly url: string;
  readonly process: ChildProcess;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** @returns once the version answers as the champion */
  readonly follows: (version: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const modelSchema = z.object({ champion: z.number().optional() });

/** @param home of the gateway; a new one has no package yet */
export async function startOwnGateway(
  { environment, folder }: OwnRegistry,
  home = 'gateway',
): Promise<OwnGateway> {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, nodeArguments('serving/main.ts'), {
    env: {
      ...process.env,
      ...environment,
      ...{ COPPICE_HOME: join(folder, home), COPPICE_PORT: String(port), COPPICE_LOG_LEVEL: 'warn' },
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    ...{ url, process: child, ended },
    follows: async (version) => {
      await poll(
        `the gateway follows version ${version}`,
        async () => {
          const { statusCode, body } = await request(`${url}/v1/models/${model}`);
          const answer: unknown = await body.json();
          return statusCode === 200 && modelSchema.parse(answer).champion === version;
        },
        90_000,
      );
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
