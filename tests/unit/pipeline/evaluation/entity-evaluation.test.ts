import { describe, expect, it } from 'vitest';
import { evaluateEntities } from '../../../../pipeline/evaluation/entity-evaluation.ts';
import { answered, example } from './entity-example.ts';

const kindsOf = ({ systems }: ReturnType<typeof evaluateEntities>) =>
  Object.fromEntries(systems.map(({ kind, metrics }) => [kind, metrics.entityF1?.value]));

describe('evaluateEntities', () => {
  it('measures the candidate beside what knows words by their spelling alone, and what names none', () => {
    const evaluation = evaluateEntities(example);
    // Of three labelled and four answered entities one is found.
    expect(kindsOf(evaluation)).toEqual({
      candidate: (2 * (1 / 4) * (1 / 3)) / (1 / 4 + 1 / 3),
      frequent: 0.5,
      none: 0,
    });
    expect(evaluation.heldOut).toEqual({ documents: 3, words: 9 });
    expect(evaluation.labels).toMatchObject([
      { label: 'person', trained: 1, labelled: 2, answered: 3, found: 1 },
      { label: 'place', trained: 0, labelled: 1, answered: 1, found: 0 },
    ]);
    expect([evaluation.errors.length, evaluation.errorCount]).toEqual([3, 3]);
  });

  it('judges the gates by the candidate, in words', () => {
    const { verdict } = evaluateEntities(example);
    expect(verdict.passed).toBe(false);
    expect(verdict.gates[0].reason).toContain('below the bound of');
    const lower = { ...example, gates: [{ ...example.gates[0], bound: 0.2 } as (typeof example.gates)[0]] };
    expect(evaluateEntities(lower).verdict.passed).toBe(true);
  });

  it('names the source and the label that fail a gate', () => {
    const holdout = Array.from({ length: 60 }, (_, at) => {
      const bad = at < 25 ? 'O' : 'B-place'; // of places, those of one source
      const source = at < 25 ? 'forum' : 'news';
      return answered(`${source}/${at}`, 'Ada saw Paris', {
        ...{ labelled: 'B-person O B-place', answered: `B-person O ${bad}` },
      });
    });
    const gates = (['source', 'label'] as const).map((slice) => ({
      ...{ kind: 'at-least' as const, metric: 'entityF1' as const, bound: 0.9, slice },
    }));
    const { verdict, slices, warnings } = evaluateEntities({ ...example, holdout, gates });
    expect(verdict.gates.map((gate) => gate.slices)).toEqual([['forum'], ['place']]);
    expect(verdict.gates[1].value).toBeCloseTo((2 * (35 / 60)) / (1 + 35 / 60), 12);
    expect(slices.find(({ name }) => name === 'forum')?.value).toBeCloseTo(2 / 3, 12);
    expect(warnings.some((warning) => warning.includes('Leak') || warning.includes('trained on'))).toBe(
      false,
    );
  });

  it('warns of a candidate that is no better than spelling, and of labels that are rare or cannot be learned', () => {
    const { warnings } = evaluateEntities(example);
    expect(warnings).toEqual([
      expect.stringContaining(
        'is no better than the 0.500 of giving every word the tag that it had most often',
      ),
      'Only 2 held-out entities are “person”: figures of that label are rough.',
      'No document to train on has a “place”: it cannot be learned.',
      'Only 1 held-out entities are “place”: figures of that label are rough.',
    ]);
  });

  it('warns of spans that no word is, and of entities that the model never reads', () => {
    const counts = { spans: 1_000, widened: 3, lost: 2, beyondContext: 7 };
    const { warnings } = evaluateEntities({ ...example, counts });
    expect(warnings.at(-2)).toContain('7 entities stand behind the last token that the model reads');
    expect(warnings.at(-1)).toBe(
      'Of 1,000 labelled spans 3 begin or end within a word, which was taken whole, and 2 touch no word of their own.',
    );
  });

  it('shows twenty errors at most, and says how many there are', () => {
    const wrong = answered('notes/a', 'Ada sang', { labelled: 'B-person O', answered: 'O O' });
    const { errors, errorCount } = evaluateEntities({
      ...example,
      holdout: Array.from({ length: 30 }, () => wrong),
    });
    expect([errors.length, errorCount]).toEqual([20, 30]);
  });

  it('is the same, digit for digit, when it is asked again', () => {
    expect(evaluateEntities(example)).toEqual(evaluateEntities(example));
  });
});
