import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNearDuplicateIndex } from '../../../../../pipeline/cleaning/duplicates/near-duplicates.ts';
import { createShingler } from '../../../../../pipeline/cleaning/duplicates/shingler.ts';
import { createSimilarity } from '../../../../../pipeline/cleaning/duplicates/similarity.ts';
import { createRandom } from '../../../../../pipeline/random.ts';

/** Similarity of two texts by shingles of words. */
function similarity(left: string, right: string, shingleWords: number): number {
  const shingle = createShingler({ shingleWords });
  const { hold, to } = createSimilarity();
  hold(shingle(left));
  return to(shingle(right));
}

const halves = { shingleWords: 4, similarity: 0.5 };

/** Shingles as strings, the plain way. A text shorter than a shingle is one shingle of its own length. */
function plainShingles(text: string, size: number): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const span = Math.min(size, words.length);
  if (span === 0) return new Set();
  return new Set(
    Array.from({ length: words.length - span + 1 }, (_, at) => words.slice(at, at + span).join(' ')),
  );
}

function plainJaccard(left: Set<string>, right: Set<string>): number {
  const shared = [...left].filter((shingle) => right.has(shingle)).length;
  return left.size + right.size === 0 ? 1 : shared / (left.size + right.size - shared);
}

/** Texts in families: a seed text, and copies of it with some words replaced. */
function families(count: number, copies: number, seed: number): string[] {
  const random = createRandom(seed);
  const word = (): string => `w${random.integer(20_000)}`;
  return Array.from({ length: count }, () => {
    const original = Array.from({ length: 60 + random.integer(120) }, word);
    const variants = Array.from({ length: copies }, (_, copy) =>
      original.map((kept) => (random.next() < copy * 0.04 ? word() : kept)).join(' '),
    );
    return [original.join(' '), ...variants];
  }).flat();
}

describe('shingles of words', () => {
  it('gives the Jaccard similarity that comparing the shingles themselves gives', () => {
    const word = fc.constantFrom('Buy', 'now', 'and', 'save,', '한글', 'naïve', '—', '100%');
    const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 5 }), (left, right, size) => {
        const ours = similarity(left, right, size);
        expect(ours).toBeCloseTo(plainJaccard(plainShingles(left, size), plainShingles(right, size)), 12);
      }),
    );
  });

  it('is blind to case, punctuation and blanks, and tells the order of words', () => {
    expect(similarity('Buy NOW, and  save!', 'buy now and save', 2)).toBe(1);
    expect(similarity('a b c', 'c b a', 2)).toBe(0);
  });
});

describe('createNearDuplicateIndex', () => {
  it('names the earliest document that is similar enough, and remembers what is new', () => {
    const index = createNearDuplicateIndex(halves);
    const text = 'one two three four five six seven eight nine ten';
    expect(index.add('a', text)).toBeUndefined();
    expect(index.add('b', `${text} eleven`)).toBe('a');
    expect(index.add('c', 'nothing of the kind stands here at all')).toBeUndefined();
    expect(index.add('d', text.toUpperCase())).toBe('a');
    expect(index.add('e', '')).toBeUndefined();
    expect(index.add('f', ' — ')).toBe('e');
  });

  it('never drops a document that exact similarity keeps, and misses under one in fifty that it drops', () => {
    const texts = families(40, 6, 3);
    const shingles = texts.map((text) => plainShingles(text, 4));
    const index = createNearDuplicateIndex(halves);
    const kept: number[] = [];
    let missed = 0;
    let duplicates = 0;
    for (const [position, text] of texts.entries()) {
      const twins = kept.filter((earlier) => plainJaccard(shingles[earlier], shingles[position]) >= 0.5);
      const answer = index.add(String(position), text);
      if (answer === undefined) kept.push(position);
      else expect(twins.map(String)).toContain(answer);
      if (twins.length > 0) duplicates += 1;
      if (twins.length > 0 && answer === undefined) missed += 1;
    }
    expect(duplicates).toBeGreaterThan(100);
    expect(missed).toBeLessThan(duplicates / 50);
  });

  it.each([0.3, 0.8, 1])('works at a similarity of %d', (similarity) => {
    const index = createNearDuplicateIndex({ shingleWords: 1, similarity });
    expect(index.add('a', 'one two three four five six seven eight nine ten')).toBeUndefined();
    expect(index.add('b', 'ten nine eight seven six five four three two one')).toBe('a');
    expect(index.add('c', 'eleven twelve')).toBeUndefined();
  });
});
