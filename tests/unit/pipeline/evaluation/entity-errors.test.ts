import { describe, expect, it } from 'vitest';
import { confuseEntities, entityErrors } from '../../../../pipeline/evaluation/entity-errors.ts';
import { answered, example } from './entity-example.ts';

describe('confuseEntities', () => {
  it('counts labelled entities by what was answered for the same words, for others that overlap, or not at all', () => {
    const missed = answered('notes/d', 'Alan ran', { labelled: 'B-person O', answered: 'O O' });
    expect(confuseEntities([...example.holdout, missed])).toEqual({
      labels: ['person', 'place'],
      labelled: [
        [1, 0, 1, 1], // Ada; Grace Hopper as Grace; Alan
        [1, 0, 0, 0], // Paris as a person
      ],
      spurious: [0, 1],
    });
  });

  it('says nothing where there is none', () => {
    expect(confuseEntities([])).toEqual({ labels: [], labelled: [], spurious: [] });
  });
});

describe('entityErrors', () => {
  it('tells each entity that was missed, taken for another, cut, or is none, the surest first', () => {
    const errors = entityErrors(example.holdout);
    expect(
      errors.map(({ document, labelled, answered: as, score }) => [document, labelled, as, score]),
    ).toEqual([
      ['notes/c', undefined, 'place', 0.875],
      ['notes/b', 'place', 'person', 0.75],
      ['notes/b', 'person', 'person', 0.75],
    ]);
  });

  it('shows the text around it, cut where an entity begins or ends', () => {
    const [, , cut] = entityErrors(example.holdout);
    expect(cut.pieces).toEqual([
      { text: 'Paris', labelled: 'place', answered: 'person' },
      { text: ' saw ' },
      { text: 'Grace', labelled: 'person', answered: 'person' },
      { text: ' Hopper', labelled: 'person' },
    ]);
  });

  it('shows a dozen words to either side of a long text', () => {
    const text = `${'before '.repeat(30)}Ada${' after'.repeat(30)}`;
    const tags = (tag: string) =>
      [...Array<string>(30).fill('O'), tag, ...Array<string>(30).fill('O')].join(' ');
    const [{ pieces }] = entityErrors([
      answered('notes/a', text, { labelled: tags('B-person'), answered: tags('O') }),
    ]);
    expect(pieces.map(({ text: piece }) => piece)).toEqual([
      'before '.repeat(12),
      'Ada',
      ' after'.repeat(12),
    ]);
  });
});
