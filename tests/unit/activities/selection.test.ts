import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSelectionActivities, matchLabels } from '../../../activities/selection.ts';
import { createShardWriter } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { writeJsonLines } from '../../../artifacts/json-lines.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import type { CleanDocument } from '../../../contracts/document.ts';
import type { SelectionInput } from '../../../contracts/stage-results.ts';

const labelsOf = (entries: Record<string, string>) => new Map(Object.entries(entries));

describe('matchLabels', () => {
  it('gives the row of each labelled document, in collection order', () => {
    const { labels, examples } = matchLabels(
      ['a', 'b', 'c', 'd'],
      labelsOf({ d: 'ham', a: 'spam', x: 'ham' }),
      [],
    );
    expect(labels).toEqual(['ham', 'spam']);
    expect(examples).toEqual([
      { row: 0, label: 1 },
      { row: 3, label: 0 },
    ]);
  });

  it('keeps the indices of the labels that training goes on from; new ones follow in alphabetical order', () => {
    const byDocument = labelsOf({ a: 'ham', b: 'newsletter', c: 'alert' });
    const { labels, examples } = matchLabels(['a', 'b', 'c'], byDocument, ['spam', 'ham']);
    expect(labels).toEqual(['spam', 'ham', 'alert', 'newsletter']);
    expect(examples.map(({ label }) => label)).toEqual([1, 3, 2]);
  });

  it('does not count the label of a document that was not collected', () => {
    expect(matchLabels(['a'], labelsOf({ a: 'ham', gone: 'virus' }), []).labels).toEqual(['ham']);
  });

  it('names every example by a label that it has, whatever the input', () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const names = fc.constantFrom('ham', 'spam', 'other');
    const input = fc.tuple(fc.uniqueArray(ids), fc.dictionary(ids, names), fc.uniqueArray(names));
    fc.assert(
      fc.property(input, ([documents, given, known]) => {
        const { labels, examples } = matchLabels(documents, labelsOf(given), known);
        expect(new Set(labels).size).toBe(labels.length);
        expect(labels.slice(0, known.length)).toEqual(known);
        expect(examples.map(({ row, label }) => [documents[row], labels[label]])).toEqual(
          documents.filter((id) => id in given).map((id) => [id, given[id]]),
        );
      }),
    );
  });
});

describe('selectExamples', () => {
  const artifacts = createArtifactStore(createMemoryObjectStore());
  const runStage: StageRunner = async (work) => ({
    ...(await work.compute()).result,
    lineage: await artifacts.putJson({}),
    cached: false,
    seconds: 0,
  });
  const { selectExamples } = createSelectionActivities({ artifacts, runStage });

  const select = async (
    labels: readonly { document: string; label: string }[],
    holdout: number,
    positiveLabel?: string,
    more: Pick<SelectionInput, 'split' | 'corpus'> = {},
  ) => {
    const documents = Array.from({ length: 40 }, (_, index) => `mail-${index}`);
    const tokens = await artifacts.putDirectory({ 'documents.json': await artifacts.putJson(documents) });
    return selectExamples({
      model: 'mail-filter',
      runId: 'lifecycle/mail-filter/1',
      tokens,
      labels: await writeJsonLines(artifacts, labels),
      holdout,
      ...(positiveLabel !== undefined && { positiveLabel }),
      ...more,
    });
  };
  const alternating = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      document: `mail-${index}`,
      label: index % 2 === 0 ? 'ham' : 'spam',
    }));
  const rowsSchema = z.array(z.object({ row: z.number(), label: z.number() }));

  it('holds out the last labelled documents, and never trains on them', async () => {
    const result = await select(alternating(30), 10);
    expect(result).toMatchObject({ trainingCount: 20, holdoutCount: 10, labels: ['ham', 'spam'] });
    const training = await artifacts.readJson(result.training, rowsSchema);
    const holdout = await artifacts.readJson(result.holdout, rowsSchema);
    expect(training.map(({ row }) => row)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(holdout.map(({ row }) => row)).toEqual(Array.from({ length: 10 }, (_, index) => index + 20));
  });

  it('splits by what the texts say where the model file asks for it', async () => {
    const shards = createShardWriter<CleanDocument>(artifacts, mediaTypes.documents);
    for (let at = 0; at < 40; at += 1) {
      const [digest, collectedAt] = [`sha256:${'0'.repeat(64)}`, '2026-05-03T10:00:00.000Z'];
      const source = `source-${at % 3}`;
      await shards.add({ id: `mail-${at}`, source, uri: '', digest, collectedAt, text: 'text' });
    }
    const corpus = await shards.close();
    const result = await select(alternating(30), 10, undefined, {
      split: { by: 'group', group: 'source' },
      corpus,
    });
    expect(result).toMatchObject({ trainingCount: 20, holdoutCount: 10 });
    const holdout = await artifacts.readJson(result.holdout, rowsSchema);
    expect(new Set(holdout.map(({ row }) => row % 3)).size).toBe(1);
  });

  it('takes the last label that was given to a document', async () => {
    const labels = [...alternating(30), { document: 'mail-0', label: 'spam' }];
    const { training } = await select(labels, 10);
    expect((await artifacts.readJson(training, rowsSchema))[0]).toEqual({ row: 0, label: 1 });
  });

  it('refuses to train on one class, and says what there is', async () => {
    const ham = alternating(30).map(({ document }) => ({ document, label: 'ham' }));
    await expect(select(ham, 10)).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining(
        '20 documents of 1 classes to train on and 10 of 10 to hold out',
      ) as string,
    });
  });

  it('refuses where one of two classes stands in the held-out documents alone', async () => {
    const labels = alternating(30).map(({ document }, index) => ({
      document,
      label: index < 20 ? 'ham' : 'spam',
    }));
    await expect(select(labels, 10)).rejects.toMatchObject({ type: 'InvalidInput' });
  });

  it('refuses a positive label that no document has, before anything is trained', async () => {
    await expect(select(alternating(30), 10, 'eggs')).rejects.toMatchObject({
      type: 'InvalidInput',
      message: 'evaluation.positiveLabel: no document has the label “eggs”; there are ham, spam',
    });
    expect(await select(alternating(30), 10, 'spam')).toMatchObject({ labels: ['ham', 'spam'] });
  });

  it('keeps a label that only held-out documents have, so that missing it counts against the version', async () => {
    const labels = alternating(30).map((it, index) => (index === 29 ? { ...it, label: 'virus' } : it));
    const { labels: known, training, holdout } = await select(labels, 10);
    expect(known).toEqual(['ham', 'spam', 'virus']);
    const trained = await artifacts.readJson(training, rowsSchema);
    expect(trained.some(({ label }) => label === 2)).toBe(false);
    expect((await artifacts.readJson(holdout, rowsSchema)).at(-1)).toEqual({ row: 29, label: 2 });
  });

  it('refuses where there are no more labels than are to be held out', async () => {
    await expect(select(alternating(10), 10)).rejects.toMatchObject({ type: 'InvalidInput' });
    await expect(select([], 10)).rejects.toMatchObject({ type: 'InvalidInput' });
  });
});
