import { describe, expect, it } from 'vitest';
import { diffVersions } from '../../../command-line/commands/diff.ts';
import type { Provenance } from '../../../contracts/registry-facts.ts';

const step = (name: string, overrides: Partial<Provenance['steps'][number]> = {}) => ({
  step: name,
  codeVersion: 'code-1',
  parameters: { vocabularySize: 8_000 },
  inputs: { corpus: `sha256:${'a'.repeat(64)}` },
  metrics: { kept: 390 },
  ...overrides,
});
const madeOf = (spec: Provenance['spec'], steps: Provenance['steps']): Provenance => ({
  version: {} as Provenance['version'],
  spec,
  steps,
});

describe('diff', () => {
  it('finds nothing between a version and itself', () => {
    const version = madeOf({ name: 'mail-filter' }, [step('cleaning'), step('tokenization')]);
    expect(diffVersions(version, version)).toEqual({ spec: [], data: [], code: [], parameters: [] });
  });

  it('names each place where spec, data, code and parameters differ, with both values', () => {
    const a = madeOf({ training: { fineTuning: { epochs: 3 } }, gates: [1] }, [step('tokenization')]);
    const b = madeOf({ training: { fineTuning: { epochs: 4 } }, gates: [1, 2] }, [
      step('tokenization', {
        codeVersion: 'code-2',
        parameters: { vocabularySize: 6_000 },
        inputs: { corpus: `sha256:${'b'.repeat(64)}` },
        metrics: { kept: 400 },
      }),
    ]);
    expect(diffVersions(a, b)).toEqual({
      spec: [
        { path: 'training.fineTuning.epochs', a: 3, b: 4 },
        { path: 'gates.1', a: undefined, b: 2 },
      ],
      data: [
        { path: 'tokenization.corpus', a: `sha256:${'a'.repeat(64)}`, b: `sha256:${'b'.repeat(64)}` },
        { path: 'tokenization.kept', a: 390, b: 400 },
      ],
      code: [{ path: 'tokenization', a: 'code-1', b: 'code-2' }],
      parameters: [{ path: 'tokenization.vocabularySize', a: 8_000, b: 6_000 }],
    });
  });

  it('shows a step that only one of them has', () => {
    const { code } = diffVersions(madeOf({}, [step('pretraining')]), madeOf({}, []));
    expect(code).toEqual([{ path: 'pretraining', a: 'code-1', b: undefined }]);
  });

  it('tells what searches found, and leaves their trials to the report', () => {
    const searched = (learningRate: number, trials: number[]): Provenance => ({
      ...madeOf({}, [step('search', { parameters: { phase: 'fineTuning', trials } })]),
      version: {
        hyperparameters: { 'fineTuning.learningRate': learningRate },
      } as unknown as Provenance['version'],
    });
    const [a, b] = [searched(0.1, [1]), searched(0.2, [2, 3])];
    const path = 'fineTuning.learningRate';
    expect(diffVersions(a, b)).toMatchObject({
      hyperparameters: [{ path, a: 0.1, b: 0.2 }],
      parameters: [],
    });
    expect(diffVersions(madeOf({}, []), b).hyperparameters).toEqual([{ path, a: undefined, b: 0.2 }]);
  });
});
