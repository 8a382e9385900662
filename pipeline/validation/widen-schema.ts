// A schema after somebody said that data which it did not expect is right.
import type { DataAnomaly, DataSchema } from '../../contracts/data-validation.ts';

/**
 * @param inferred from all of the data, what was accepted with it
 * @returns the schema with the sections that the anomalies are of as they were inferred; what was edited elsewhere stays
 */
export function widenSchema(
  schema: DataSchema,
  inferred: DataSchema,
  anomalies: readonly DataAnomaly[],
): DataSchema {
  const sections = new Set(anomalies.map(({ section }) => section));
  return { ...schema, ...Object.fromEntries([...sections].map((section) => [section, inferred[section]])) };
}
