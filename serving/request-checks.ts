// What requests say is held against the model's data schema, after they were answered: what differs is counted, and
// nobody waits for it.
import type { DataSchemas } from '../artifacts/data-schemas.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { createTextCheck } from '../pipeline/validation/check-text.ts';

/** An edited schema counts here so much later. */
const refreshMs = 60_000;

export interface RequestCheckDependencies {
  readonly schemas: Pick<DataSchemas, 'current'>;
  readonly metrics: Pick<Metrics, 'countRequestAnomaly'>;
  readonly now?: () => number;
}

/** @returns a check for the clean texts that a version of a model is asked about */
export function createRequestChecks({ schemas, metrics, now = Date.now }: RequestCheckDependencies) {
  const checks = new Map<
    string,
    { readonly at: number; readonly check: ReturnType<typeof createTextCheck> }
  >();
  const refreshing = new Set<string>();

  /** A store that is away leaves the check as it is. */
  const refresh = async (model: string): Promise<void> => {
    if (refreshing.has(model)) return;
    refreshing.add(model);
    const found = await schemas.current(model).catch(() => undefined);
    const check = found ? createTextCheck(found.schema) : (checks.get(model)?.check ?? (() => []));
    checks.set(model, { at: now(), check });
    refreshing.delete(model);
  };

  return (model: string, version: number) =>
    (text: string): void => {
      setImmediate(() => {
        const known = checks.get(model);
        if (known === undefined || now() - known.at > refreshMs) void refresh(model);
        for (const kind of known?.check(text) ?? [])
          metrics.countRequestAnomaly({ model, version: String(version), kind });
      });
    };
}
