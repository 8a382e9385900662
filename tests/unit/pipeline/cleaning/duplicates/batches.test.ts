import { describe, expect, it } from 'vitest';
import type { CleaningStepSpec } from '../../../../../contracts/model-spec/cleaning.ts';
import { cleaningSchema } from '../../../../../contracts/model-spec/cleaning.ts';
import type { Remembered, SeenBatch } from '../../../../../pipeline/cleaning/duplicates/comparison.ts';
import { textsABlock } from '../../../../../pipeline/cleaning/duplicates/comparison.ts';
import { createCompare } from '../../../../../pipeline/cleaning/duplicates/create-compare.ts';
import {
  joinRecords,
  recordLength,
  sortRecords,
} from '../../../../../pipeline/cleaning/duplicates/records.ts';
import { createRecipe } from '../../../../../pipeline/cleaning/recipe.ts';
import { createRandom } from '../../../../../pipeline/random.ts';
import { collected } from '../documents.ts';

const pause = (): Promise<void> => Promise.resolve();

/** What a batch left, read back in small pieces. */
const seenOf = ({ records, texts }: Remembered): SeenBatch => ({
  records: async function* () {
    for (let at = 0; at < records.length; at += 7 * recordLength)
      yield await Promise.resolve(records.subarray(at, at + 7 * recordLength));
  },
  texts: (block) =>
    Promise.resolve(texts.slice(block * textsABlock, (block + 1) * textsABlock).map(({ text }) => text)),
});

/** Texts of a few families, near and exact repeats among them, with lines that all share. */
function texts(count: number, seed: number): string[] {
  const random = createRandom(seed);
  const word = (): string => `w${random.integer(500)}`;
  const originals = Array.from({ length: Math.ceil(count / 4) }, () => Array.from({ length: 60 }, word));
  return Array.from({ length: count }, () => {
    const original = originals[random.integer(originals.length)];
    const change = random.next() * 0.15;
    const words = original.map((kept) => (random.next() < change ? word() : kept));
    return [words.slice(0, 30).join(' '), words.slice(30).join(' '), 'a line that every text has'].join('\n');
  });
}

const collect = (all: readonly string[]) => all.map((text, at) => collected(text, 'text/plain', String(at)));
const documents = collect(texts(300, 5));

/** What became of documents, cut into batches at random, or of so many each. */
async function inBatches(
  steps: readonly CleaningStepSpec[],
  seed: number,
  { of = documents, size }: { readonly of?: typeof documents; readonly size?: number } = {},
): Promise<unknown[]> {
  const random = createRandom(seed);
  const seen = steps.map((): SeenBatch[] => []);
  const outcomes: unknown[] = [];
  for (let from = 0; from < of.length; ) {
    const batch = of.slice(from, from + (size ?? 1 + random.integer(120)));
    const left: (readonly [SeenBatch[], SeenBatch])[] = [];
    const recipe = createRecipe(steps, {
      inBatches: (spec, position) => {
        const compare = createCompare(spec, pause);
        return (
          compare &&
          (async (compared) => {
            const { verdicts, remembered } = await compare(compared, seen[position]);
            left.push([seen[position], seenOf(remembered)]);
            return verdicts;
          })
        );
      },
    });
    outcomes.push(...(await recipe.cleanBatch(batch)));
    for (const [list, it] of left) list.push(it);
    from += batch.length;
  }
  return outcomes;
}

describe('comparing in batches', () => {
  it.each([
    [{ step: 'deduplicate', shingleWords: 2, similarity: 0.6 }],
    [{ step: 'deduplicate', shingleCharacters: 5, similarity: 0.8 }],
    [{ step: 'deduplicate-exact' }],
    [{ step: 'deduplicate-lines' }],
    [{ step: 'deduplicate-lines' }, { step: 'drop-short', minimumWords: 5 }, { step: 'deduplicate' }],
  ])('decides as one pass does, wherever a batch ends: %j', async (...given) => {
    const { steps } = cleaningSchema.parse({ steps: given });
    const whole = await createRecipe(steps).cleanBatch(documents);
    expect(whole.filter(({ outcome }) => outcome === 'dropped').length).toBeGreaterThan(5);
    expect(whole.filter(({ outcome }) => outcome === 'kept').length).toBeGreaterThan(50);
    for (const seed of [1, 2]) expect(await inBatches(steps, seed)).toEqual(whole);
  });

  it('decides as one pass does where nearly every pair of documents is proposed', async () => {
    const random = createRandom(9);
    const words = (count: number): string[] => Array.from({ length: count }, () => `w${random.integer(1e6)}`);
    const shared = words(40).join(' ');
    const all = Array.from({ length: 1_200 }, () => `${shared} ${words(8).join(' ')}`);
    for (let at = 300; at < all.length; at += 100) all[at] = `${all[at - 300]} again`;
    const of = collect(all);
    const { steps } = cleaningSchema.parse({ steps: [{ step: 'deduplicate', similarity: 0.9 }] });
    const whole = await createRecipe(steps).cleanBatch(of);
    expect(whole.filter(({ outcome }) => outcome === 'dropped')).toHaveLength(9);
    expect(await inBatches(steps, 1, { of, size: 600 })).toEqual(whole);
  });
});

describe('joinRecords', () => {
  it('meets every two records of one key once', async () => {
    const random = createRandom(3);
    const draw = (count: number): Uint32Array =>
      sortRecords(
        Uint32Array.from({ length: count * recordLength }, (_, at) =>
          at % recordLength === 2 ? at : random.integer(4) * 2 ** 30,
        ),
      );
    const [own, theirs] = [draw(60), draw(90)];
    const met: string[] = [];
    const { records } = seenOf({ records: theirs, texts: [] });
    await joinRecords(own, records(), (ours, other) => void met.push(`${ours} ${other}`));
    const expected: string[] = [];
    for (let a = 0; a < own.length; a += recordLength)
      for (let b = 0; b < theirs.length; b += recordLength)
        if (own[a] === theirs[b] && own[a + 1] === theirs[b + 1])
          expected.push(`${own[a + 2]} ${theirs[b + 2]}`);
    expect(met.sort()).toEqual(expected.sort());
  });
});
