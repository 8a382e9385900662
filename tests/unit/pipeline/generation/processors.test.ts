import { describe, expect, it } from 'vitest';
import {
  divideByTemperature,
  keepTopK,
  keepTopP,
  logSumOf,
  penalizeRepetition,
  softmaxOf,
} from '../../../../pipeline/generation/processors.ts';
import { golden } from './golden.ts';

const { logits, before, cases } = golden.processed;

describe('logits, processed', () => {
  it.each(cases)('equal those of transformers: $options', ({ options, scores }) => {
    const own = Float32Array.from(logits);
    const { repetitionPenalty, temperature, topK, topP } = options as Partial<Record<string, number>>;
    if (repetitionPenalty !== undefined) penalizeRepetition(own, before, repetitionPenalty);
    if (temperature !== undefined) divideByTemperature(own, temperature);
    if (topK !== undefined) keepTopK(own, topK);
    if (topP !== undefined) keepTopP(own, topP);
    const expected = scores.map((score) => score ?? -Infinity);
    expect([...own].map((value) => value === -Infinity)).toEqual(
      expected.map((value) => value === -Infinity),
    );
    for (const [id, value] of expected.entries()) {
      if (value !== -Infinity) expect(own[id]).toBeCloseTo(value, 5);
    }
  });

  it('keep a token even where the share is less than its probability', () => {
    const own = Float32Array.of(1, 9, 2);
    keepTopP(own, 1e-9);
    expect([...own]).toEqual([-Infinity, 9, -Infinity]);
  });

  it('keep all that equal the least that top-k keeps', () => {
    const own = Float32Array.of(3, 1, 2, 2);
    keepTopK(own, 2);
    expect([...own]).toEqual([3, -Infinity, 2, 2]);
  });
});

describe('softmaxOf', () => {
  it('gives probabilities, of logits that are far from 0 too', () => {
    const probabilities = softmaxOf(Float32Array.of(10_000, 10_000 + Math.log(3), -Infinity));
    expect(probabilities[0]).toBeCloseTo(0.25, 3);
    expect(probabilities[1]).toBeCloseTo(0.75, 3);
    expect(probabilities[2]).toBe(0);
    expect(logSumOf(Float32Array.of(0, 0))).toBeCloseTo(Math.LN2, 12);
  });

  it('gives 0.2231 nats for the right word at a probability of 0.8', () => {
    const logs = Float32Array.of(Math.log(0.8), Math.log(0.2));
    expect(-Math.log(softmaxOf(logs)[0])).toBeCloseTo(0.2231, 4);
  });
});
