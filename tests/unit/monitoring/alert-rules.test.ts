import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { metricDefinitions } from '../../../contracts/metrics.ts';
import { monitoringSchema } from '../../../contracts/model-spec/judgement.ts';
import { alertRules, type MonitoredModel } from '../../../monitoring/alert-rules.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const groupsOf = (models: readonly MonitoredModel[]) =>
  (parse(alertRules(models)) as { groups: { name: string; rules: Rule[] }[] }).groups;
const watched = (model: string, spec: object = {}): MonitoredModel => ({
  model,
  monitoring: monitoringSchema.parse({ qualityObjective: 0.93, ...spec }),
});
const alertsOf = (model: MonitoredModel) =>
  groupsOf([model]).flatMap(({ rules }) => rules.filter((rule) => rule.alert));
const namesOf = (model: MonitoredModel) => alertsOf(model).map(({ alert }) => alert);

// What promtool makes of these rules stands in tests/integration/monitoring-rules.test.ts.
describe('alertRules', () => {
  it('makes one group a model', () => {
    expect(groupsOf([watched('a'), watched('b')]).map(({ name }) => name)).toEqual([
      'coppice/a',
      'coppice/b',
    ]);
    expect(groupsOf([])).toEqual([]);
  });

  it('raises on quality only where there is an objective, and on age only where there is a limit', () => {
    const always = [
      'CoppiceErrorRateHigh',
      'CoppiceLatencyHigh',
      'CoppiceChampionMissing',
      'CoppiceGatewayDown',
    ];
    expect(namesOf({ model: 'm', monitoring: monitoringSchema.parse({}) })).toEqual(always);
    expect(namesOf(watched('m'))).toEqual(['CoppiceQualityDrop', ...always]);
    expect(namesOf(watched('m', { maximumAgeSeconds: 86_400 }))).toContain('CoppiceModelStale');
  });

  it('labels every alert for the controller and explains it to people', () => {
    for (const { labels, annotations } of alertsOf(watched('m', { maximumAgeSeconds: 60 }))) {
      expect(labels).toMatchObject({ model: 'm', severity: expect.any(String) as string });
      expect(['retrain', 'rollback', 'none']).toContain(labels?.action);
      for (const text of [annotations?.summary, annotations?.description, annotations?.runbook]) {
        expect(text?.length).toBeGreaterThan(20);
      }
    }
  });

  it('waits as long as the spec says', () => {
    const quality = alertsOf(watched('m', { forSeconds: 6 })).find(
      ({ alert }) => alert === 'CoppiceQualityDrop',
    );
    expect(quality?.for).toBe('6s');
  });

  it('asks only for metrics that processes expose or that it records', () => {
    const rules = groupsOf([watched('m', { maximumAgeSeconds: 60 })]).flatMap((group) => group.rules);
    const known = new Set([
      ...Object.values(metricDefinitions).map(({ name }): string => name),
      ...rules.flatMap(({ record }) => record ?? []),
    ]);
    const asked = rules.flatMap(({ expr }) => expr.match(/\bcoppice[_:][a-z0-9_:]+/g) ?? []);
    expect(asked.length).toBeGreaterThan(10);
    for (const name of asked) expect(known).toContain(name.replace(/_bucket$/, ''));
  });

  it('speaks of no model but its own', () => {
    for (const { expr } of groupsOf([watched('a')]).flatMap(({ rules }) => rules)) {
      const matchers = expr.match(/model="[^"]*"/g) ?? [];
      expect(matchers.every((matcher) => matcher === 'model="a"')).toBe(true);
    }
  });
});
