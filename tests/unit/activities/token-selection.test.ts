import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTokenSelectionActivities } from '../../../activities/token-selection.ts';
import type { ArtifactReference } from '../../../contracts/artifact.ts';
import type { SplitSpec } from '../../../contracts/model-spec/split.ts';
import { bertConfigOf, formatBertConfig } from '../../../pipeline/model/config.ts';
import { asActivity } from '../../support/activity-context.ts';
import { specOf } from '../../support/model-fixtures.ts';
import { openSpanWorld, type SpanWorld } from '../../support/span-world.ts';

const documents = {
  'notes/a': '[Ada Lovelace](person) sang.',
  'notes/b': 'Nobody sang.',
  'notes/c': '[Seoul](place) sang.',
  'notes/d': '[Babbage](person) sang in [Paris](place).',
};

const rowsSchema = z.array(z.object({ row: z.number(), document: z.string(), labels: z.array(z.number()) }));

async function select(
  world: SpanWorld,
  holdout: number,
  { base, split }: { base?: ArtifactReference; split?: SplitSpec } = {},
) {
  const { run, corpus, labels, tokenized, artifacts } = world;
  const { tokens, tokenizer } = tokenized;
  const { selectTokenExamples } = createTokenSelectionActivities(world);
  const input = {
    ...run,
    corpus,
    labels,
    tokens,
    tokenizer,
    holdout,
    ...(base && { base }),
    ...(split && { split }),
  };
  const selected = await asActivity(() => selectTokenExamples(input));
  const read = (reference: ArtifactReference) => artifacts.readJson(reference, rowsSchema);
  return {
    ...selected,
    training: await read(selected.training),
    holdout: await read(selected.holdout),
  };
}

/** A package of a version with that head and those classes. */
function packageOf(
  { artifacts }: SpanWorld,
  head: 'classification' | 'token-classification',
  labels: string[],
) {
  const about = { vocabularySize: 400, padTokenId: 0, dropout: 0, head, labels };
  const config = formatBertConfig(bertConfigOf(specOf('names').model, about));
  return artifacts.putJson(config).then((it) => artifacts.putDirectory({ 'config.json': it }));
}

describe('selectTokenExamples', () => {
  it('holds out the last labelled documents; classes are tags, and pieces and frame have none', async () => {
    const world = await openSpanWorld(documents, { unlabelled: { 'notes/e': 'Not labelled.' } });
    const { labels, training, holdout, trainingCount, holdoutCount } = await select(world, 1);
    expect(labels).toEqual(['O', 'B-person', 'I-person', 'B-place', 'I-place']);
    expect([trainingCount, holdoutCount]).toEqual([3, 1]);
    expect(training.map(({ row, document }) => [row, document])).toEqual([
      [0, 'notes/a'],
      [1, 'notes/b'],
      [2, 'notes/c'],
    ]);
    expect(holdout.map(({ document }) => document)).toEqual(['notes/d']);
    const ofWords = (row: number[]) => row.filter((label) => label >= 0).map((label) => labels[label]);
    expect(ofWords(training[0].labels)).toEqual(['B-person', 'I-person', 'O', 'O']);
    expect(ofWords(holdout[0].labels)).toEqual(['B-person', 'O', 'O', 'B-place', 'O']);
    for (const { labels: row } of [...training, ...holdout]) expect([row[0], row.at(-1)]).toEqual([-1, -1]);
  });

  it('holds out what the split says', async () => {
    const world = await openSpanWorld(documents);
    const { training, holdout } = await select(world, 1, { split: { by: 'hash' } });
    const all = [...training, ...holdout].map(({ document }) => document);
    expect(all.sort()).toEqual(Object.keys(documents));
    const hashes = all.map((id) => createHash('sha256').update(id).digest('hex'));
    expect(holdout.map(({ document }) => document)).toEqual([all[hashes.indexOf([...hashes].sort()[0])]]);
  });

  it('gives no class to what the row has no room for', async () => {
    const world = await openSpanWorld({
      ...documents,
      'notes/z': `[Ada](person) ${'sang '.repeat(40)}[Ada](person)`,
    });
    const { holdout, labels } = await select(world, 1);
    expect(holdout[0].labels).toHaveLength(32);
    expect(holdout[0].labels.filter((label) => label === labels.indexOf('B-person'))).toHaveLength(1);
  });

  it('keeps the places of the tags of the version that training goes on from', async () => {
    const world = await openSpanWorld(documents);
    const base = await packageOf(world, 'token-classification', [
      'O',
      'B-thing',
      'I-thing',
      'B-person',
      'I-person',
    ]);
    expect((await select(world, 1, { base })).labels).toEqual([
      ...['O', 'B-thing', 'I-thing', 'B-person', 'I-person'],
      ...['B-place', 'I-place'],
    ]);
  });

  it('takes no class over from a version that classifies documents', async () => {
    const world = await openSpanWorld(documents);
    const base = await packageOf(world, 'classification', ['ham', 'spam']);
    expect((await select(world, 1, { base })).labels[0]).toBe('O');
    expect((await select(world, 1, { base })).labels).not.toContain('ham');
  });

  it('refuses where too few documents are labelled, or none to train on has an entity, and says what there is', async () => {
    await expect(select(await openSpanWorld(documents), 5)).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('4 of 5 to hold out') as string,
    });
    const bare = await openSpanWorld({ 'notes/a': 'Nobody.', 'notes/b': '[Ada](person).' });
    await expect(select(bare, 1)).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('1 documents with 0 entities to train on') as string,
    });
  });
});
