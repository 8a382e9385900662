import { describe, expect, it, vi } from 'vitest';
import { evidenceSchema } from '../../../contracts/control-api.ts';
import type { GateSpec } from '../../../contracts/model-spec/judgement.ts';
import { exampleSearch } from '../../support/example-search.ts';
import { type Answer, evaluateSpans, none, right } from '../../support/span-version.ts';
import { openSpanWorld } from '../../support/span-world.ts';

// A thread compiles what it loads, which takes its time where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

const people = ['Ada', 'Charles', 'Grace', 'Alan', '김철수', '이영희'];
/** Twenty documents, the last ten of which are held out; the words are those that were trained on. */
const documents = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [
    `notes/${String(index).padStart(2, '0')}`,
    `[${people[index % 6]}](person) sang in [Paris](place).`,
  ]),
);

describe('the evaluation of a classifier of tokens', () => {
  it('finds every entity where each word has its tag, and packs what transformers reads', async () => {
    const world = await openSpanWorld(documents);
    const gates: GateSpec[] = [{ kind: 'at-least', metric: 'entityF1', bound: 0.9 }];
    const { result, page, evidence } = await evaluateSpans(world, right, gates);
    expect(result).toMatchObject({
      outcome: 'accepted',
      gates: [{ gate: 'F1 at least 0.9', passed: true, value: 1 }],
      metrics: { entityF1: 1, entityPrecision: 1, entityRecall: 1, macroEntityF1: 1, tokenAccuracy: 1 },
      intervals: { entityF1: [1, 1] },
    });
    const { files } = await world.artifacts.readDirectory(result.package);
    expect(Object.keys(files).sort()).toEqual([
      ...['config.json', 'model.safetensors', 'preprocessing.json', 'tokenizer.json'],
      'tokenizer_config.json',
    ]);
    expect(page).toContain('None: every entity was found, and no other.');
    expect(page).toContain('Pretraining');
    expect(page).toContain('Trial 2, which was kept');
    expect(evidence).toMatchObject({
      ...{ counts: { spans: 40, widened: 0, lost: 0, beyondContext: 0 }, search: exampleSearch() },
    });
  });

  it('leaves what `coppice compare` reads: metrics with intervals, and which documents were held out', async () => {
    const { evidence } = await evaluateSpans(await openSpanWorld(documents), right);
    const { systems, lineage } = evidenceSchema.parse(evidence);
    expect(systems[0].metrics.entityF1).toMatchObject({ value: 1, interval: { low: 1, high: 1 } });
    expect(lineage.map(({ role }) => role)).toContain('held-out examples');
  });

  it('is judged by slices, leaks, speed and size, and shows them', async () => {
    const { result, page, evidence } = await evaluateSpans(await openSpanWorld(documents), right, [
      { kind: 'at-most', metric: 'leakage', bound: 0.5 },
      { kind: 'at-most', metric: 'latencyP95Ms', bound: 60_000 },
      { kind: 'at-most', metric: 'packageBytes', bound: 10 },
    ]);
    // Every held-out document is one of those that were trained on.
    expect(result.gates).toMatchObject([{ passed: false, value: 1 }, { passed: true }, { passed: false }]);
    expect(evidence).toMatchObject({
      leakage: { heldOut: 10, exact: 10 },
      served: { texts: 10 },
      slices: expect.arrayContaining([
        expect.objectContaining({ by: 'source', documents: 10, metric: 'entityF1', value: 1 }),
      ]) as unknown,
    });
    expect(page).toContain('stand among those that were trained on');
    expect(page).toContain('<h2>Speed and size</h2>');
  });

  it('counts an entity that is missed, and is rejected by a gate that it does not pass', async () => {
    const missing: Answer = (labels, row) => (row === 0 ? none : right)(labels, row, []);
    const { result, page } = await evaluateSpans(await openSpanWorld(documents), missing, [
      { kind: 'at-least', metric: 'entityRecall', bound: 0.95 },
    ]);
    expect(result.metrics.entityRecall).toBeCloseTo(18 / 20, 12);
    expect(result.metrics.entityPrecision).toBe(1);
    expect(result).toMatchObject({ outcome: 'rejected', gates: [{ passed: false }] });
    expect(page).toContain('2 errors');
    expect(page).toContain('notes/10');
  });

  it('counts an entity behind the context as missed, and warns of it', async () => {
    const far = { 'notes/99': `[Ada](person) ${'sang '.repeat(40)}[Paris](place).` };
    const { result, evidence, page } = await evaluateSpans(
      await openSpanWorld({ ...documents, ...far }),
      right,
    );
    expect(result.metrics.entityRecall).toBeCloseTo(19 / 20, 12);
    expect(evidence).toMatchObject({ counts: { beyondContext: 1 } });
    expect(page).toContain('1 entities stand behind the last token that the model reads');
  });
});
