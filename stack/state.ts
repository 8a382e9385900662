// What the supervisor tells about itself: `<home>/stack.json`, replaced whole at each change, and the secrets of the
// home in a file of their own that only its owner reads.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

export const componentNames = [
  'temporal',
  'minio',
  'alertmanager',
  'prometheus',
  'worker',
  'trainer',
  'gateway',
  'control',
] as const;
export type ComponentName = (typeof componentNames)[number];

const componentStateSchema = z.object({
  /** `external`: not started here, only asked for its health. */
  state: z.enum(['waiting', 'starting', 'healthy', 'unhealthy', 'crashed', 'stopped', 'external']),
  pid: z.number().int().nullable(),
  /** Port by purpose, such as `grpc` and `ui`. */
  ports: z.record(z.string(), z.number().int()),
  /** Where a person or a client finds it. */
  url: z.string(),
  /** How often it ended by itself and was started again. */
  restarts: z.number().int(),
  logFile: z.string().nullable(),
  version: z.string(),
  /** Where its program came from, such as `cache` or `PATH`. */
  from: z.string(),
  /** The last thing that went wrong, in one line; null while all is well. */
  problem: z.string().nullable(),
});
export type ComponentState = z.infer<typeof componentStateSchema>;

const stackStateSchema = z.object({
  home: z.string(),
  /** Of the supervisor. */
  pid: z.number().int(),
  startedAt: z.iso.datetime(),
  /** starting → ready, or starting → failed; then stopping. */
  phase: z.enum(['starting', 'ready', 'stopping', 'failed']),
  /** Why the start failed; null otherwise. */
  failure: z.string().nullable(),
  /** What a person should know though nothing failed, such as a search attribute without a free slot. */
  notes: z.array(z.string()),
  components: z.partialRecord(z.enum(componentNames), componentStateSchema),
  /** The variables of settings/settings.ts that point at this stack, secrets excepted. */
  environment: z.record(z.string(), z.string()),
});
export type StackState = z.infer<typeof stackStateSchema>;

const secretsSchema = z.object({ minioPassword: z.string().min(8) });
export type StackSecrets = z.infer<typeof secretsSchema>;

const statePath = (home: string): string => join(home, 'stack.json');
const secretsPath = (home: string): string => join(home, 'secrets.json');

/** Replaces a file so that a reader sees the old or the new one, never a part. */
export async function writeFileAtomically(path: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, content, { mode });
  await rename(draft, path);
}

/** @returns the file's JSON under the schema, or undefined where the file is absent or not what it should be */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined; // absent, unreadable or no JSON: all the same as never written
  }
}

export async function writeState(state: StackState): Promise<void> {
  await writeFileAtomically(statePath(state.home), `${JSON.stringify(state, undefined, 2)}\n`);
}

export async function removeState(home: string): Promise<void> {
  await rm(statePath(home), { force: true });
}

/** The last state written in a home, whether or not its supervisor still lives. */
export async function readLastState(home: string): Promise<StackState | undefined> {
  return readJson(statePath(home), stackStateSchema);
}

export async function readSecrets(home: string): Promise<StackSecrets | undefined> {
  return readJson(secretsPath(home), secretsSchema);
}

/**
 * The home's secrets, generated at the first call and kept from then on, mode 0600.
 * @param givenPassword one of your own for the store, which then replaces the generated one
 */
export async function ensureSecrets(home: string, givenPassword?: string): Promise<StackSecrets> {
  const known = await readSecrets(home);
  const given = givenPassword === '' ? undefined : givenPassword;
  if (known !== undefined && (given === undefined || given === known.minioPassword)) return known;
  const secrets = { minioPassword: given ?? randomBytes(24).toString('base64url') };
  await writeFileAtomically(secretsPath(home), `${JSON.stringify(secrets, undefined, 2)}\n`, 0o600);
  return secrets;
}

/**
 * A state that is written to the home after each change, in order, changes that come while one is written together.
 */
export interface PublishedState {
  readonly current: StackState;
  change(change: Partial<StackState>): void;
  changeComponent(name: ComponentName, change: Partial<ComponentState>): void;
  /** Resolves when every change so far is in the file. */
  written(): Promise<void>;
}

export function publishState(initial: StackState): PublishedState {
  let current = initial;
  let dirty = false;
  let writing = Promise.resolve();
  const write = (): void => {
    if (dirty) return;
    dirty = true;
    writing = writing.then(async () => {
      dirty = false;
      await writeState(current);
    });
  };
  write();
  return {
    get current() {
      return current;
    },
    change: (change) => {
      current = { ...current, ...change };
      write();
    },
    changeComponent: (name, change) => {
      const before = current.components[name];
      if (before === undefined) return;
      current = { ...current, components: { ...current.components, [name]: { ...before, ...change } } };
      write();
    },
    written: () => writing,
  };
}
