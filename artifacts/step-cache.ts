// The step cache: what a step made of the same inputs, parameters and code is not computed again,
// `steps/<step>/<key>.json`. Only a hint: a hit counts after every byte of its outputs was read and found sound.
import type { ArtifactReference } from '../contracts/artifact.ts';
import { mediaTypes } from '../contracts/artifact.ts';
import type { CacheDifference } from '../contracts/stage-results.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { canonicalJson, hashCanonical } from './canonical-json.ts';
import type { CodeVersion } from './code-version.ts';
import { findDamage } from './damage.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { compareSteps, describeDifferences } from './step-difference.ts';
import type { StepEntry } from './step-entry.ts';
import { readStepEntry, stepEntrySchema } from './step-entry.ts';

/** Artifacts by the role that they play in a stage. */
type Roles = Readonly<Record<string, ArtifactReference>>;

/** What a result depends on. */
export interface StepKeyParts {
  readonly step: string;
  readonly code: CodeVersion;
  readonly parameters: unknown;
  readonly inputs: Roles;
}

export interface StepHit<T> {
  readonly hit: true;
  readonly reason: string;
  readonly result: T;
  readonly outputs: Roles;
  readonly recordedAt: string;
}

export interface StepMiss {
  readonly hit: false;
  readonly reason: string;
  /** Nothing is known of this key: `explainMiss` says how it differs from what is. */
  readonly absent?: true;
}

/** What is written down of a step that was computed. */
export interface StepOutcome {
  readonly result: object;
  readonly outputs: Roles;
  readonly lineage?: ArtifactReference;
  readonly model: string;
  readonly runId: string;
}

export interface StepCache {
  /** Inputs count by role and digest; how they are called or annotated does not. @returns 64 hexadecimal digits */
  key(parts: StepKeyParts): string;
  /** @returns a hit, or why there is none; T is what was recorded, since the key covers the code that wrote it */
  lookup<T extends object>(parts: StepKeyParts): Promise<StepHit<T> | StepMiss>;
  /** @returns how the step differs from the nearest of the newest results of the same step */
  explainMiss(parts: StepKeyParts): Promise<{ reason: string; differences: readonly CacheDifference[] }>;
  record(parts: StepKeyParts, outcome: StepOutcome): Promise<void>;
  /** All that is remembered, in no order of meaning; an entry that cannot be read comes without its content. */
  list(): AsyncGenerator<{ object: StoredObject; entry: StepEntry | undefined }, void, undefined>;
}

export interface StepCacheOptions {
  readonly now?: () => Date;
  /** What was not used for so long is not answered with any more, and may be collected. */
  readonly ageLimitMs?: number;
}

/** The default of COPPICE_CACHE_DAYS. */
export const defaultAgeLimitMs = 30 * 24 * 3_600_000;
/** Results that a miss is compared with: the nearest is likely among the newest. */
const comparedEntries = 50;
/** Differences that are told one by one: they stand in event histories. */
const toldDifferences = 20;
const readsInFlight = 8;
const prefix = 'steps/';

export function createStepCache(
  objects: ObjectStore,
  artifacts: ArtifactStore,
  { now = () => new Date(), ageLimitMs = defaultAgeLimitMs }: StepCacheOptions = {},
): StepCache {
  const key: StepCache['key'] = ({ step, code, parameters, inputs }) =>
    hashCanonical({ stage: step, codeVersion: code.digest, parameters, inputs: digestsOf(inputs) });
  const objectKey = (parts: StepKeyParts) => `${prefix}${parts.step}/${key(parts)}.json`;
  const write = (name: string, entry: StepEntry) =>
    objects.put(name, Buffer.from(canonicalJson(entry)), { contentType: mediaTypes.json });

  /** @returns why an output does not count, where one does not */
  async function damageOf(outputs: Roles, witness: string): Promise<string | undefined> {
    for (const [role, reference] of Object.entries(outputs)) {
      const damage = await findDamage(artifacts, reference, { objects, witness });
      if (damage !== undefined) return `its output ${role} (${reference.digest}) is ${damage}`;
    }
    return undefined;
  }

  async function newestOf(step: string): Promise<string[]> {
    const found: StoredObject[] = [];
    for await (const object of objects.list(`${prefix}${step}/`)) found.push(object);
    found.sort((a, b) => b.lastModified.getTime() - a.lastModified.getTime());
    return found.slice(0, comparedEntries).map((object) => object.key);
  }

  return {
    key,

    async lookup<T extends object>(parts: StepKeyParts): Promise<StepHit<T> | StepMiss> {
      const name = objectKey(parts);
      const entry = await readStepEntry(objects, name);
      if (!entry) return { hit: false, absent: true, reason: 'no earlier result of this step' };
      if ('wrong' in entry) return { hit: false, reason: entry.wrong };
      const { result, outputs, recordedAt, usedAt, runId } = entry;
      if (now().getTime() - Date.parse(usedAt) > ageLimitMs)
        return { hit: false, reason: `its result was last used ${usedAt}, too long ago` };
      await write(name, { ...entry, usedAt: now().toISOString() }); // from now on it may not be collected
      const damage = await damageOf(outputs, name);
      if (damage !== undefined) return { hit: false, reason: damage };
      const reason = `computed at ${recordedAt} by ${runId}`;
      return { hit: true, reason, result: result as T, outputs, recordedAt };
    },

    async explainMiss(parts) {
      const known = { ...parts, inputs: digestsOf(parts.inputs) };
      let nearest: { entry: StepEntry; differences: CacheDifference[] } | undefined;
      const names = (await newestOf(parts.step)).filter((name) => name !== objectKey(parts));
      for (let start = 0; start < names.length; start += readsInFlight) {
        const batch = names.slice(start, start + readsInFlight);
        for (const entry of await Promise.all(batch.map((name) => readStepEntry(objects, name)))) {
          if (!entry || 'wrong' in entry) continue; // removed meanwhile, or of an older Coppice
          const differences = compareSteps(entry, known);
          if (!nearest || weigh(differences) < weigh(nearest.differences)) nearest = { entry, differences };
        }
      }
      if (!nearest) return { reason: 'no earlier result of this step', differences: [] };
      const { entry, differences } = nearest;
      return {
        reason: `${describeDifferences(differences)} (compared with ${entry.runId}, ${entry.recordedAt})`,
        differences: differences.slice(0, toldDifferences),
      };
    },

    async record(parts, { result, outputs, lineage, model, runId }) {
      const { step, code, parameters, inputs } = parts;
      const at = now().toISOString();
      await write(
        objectKey(parts),
        stepEntrySchema.parse(
          JSON.parse(
            JSON.stringify({
              ...{ step, code, parameters, inputs: digestsOf(inputs), result, outputs, lineage },
              ...{ model, runId, recordedAt: at, usedAt: at },
            }),
          ),
        ),
      );
    },

    async *list() {
      for await (const object of objects.list(prefix)) {
        const entry = await readStepEntry(objects, object.key);
        yield { object, entry: entry && !('wrong' in entry) ? entry : undefined };
      }
    },
  };
}

/** Code counts as one, however many files it has. */
function weigh(differences: readonly CacheDifference[]): number {
  const code = differences.filter(({ part }) => part === 'code' || part === 'package').length;
  return differences.length - code + (code > 0 ? 1 : 0);
}

function digestsOf(roles: Roles): Record<string, string> {
  return Object.fromEntries(Object.entries(roles).map(([role, { digest }]) => [role, digest]));
}
