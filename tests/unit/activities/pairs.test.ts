import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createPairActivities } from '../../../activities/pairs.ts';
import { createShardWriter } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { writeJsonLines } from '../../../artifacts/json-lines.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import { heldOutQuestionSchema } from '../../../contracts/training-job.ts';
import { trainBpe } from '../../../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWords } from '../../../pipeline/tokenization/byte-level-words.ts';
import { writeByteLevelJson } from '../../../pipeline/tokenization/tokenizer-json.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { openTokenPairs } from '../../../worker/trainer/pair-inputs.ts';
import { asActivity } from '../../support/activity-context.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const runStage: StageRunner = async (work) => ({
  ...(await work.compute()).result,
  ...{ lineage: await artifacts.putJson({}), cached: false, seconds: 0 },
});
const { tokenizePairs } = createPairActivities({ artifacts, runStage, loadTokenizer });

/** Letters that are a token each: nothing is merged. */
const json = writeByteLevelJson(trainBpe(countByteLevelWords(['abc']), { vocabularySize: 261 }));

interface World {
  /** By the names of the documents. */
  readonly texts: Readonly<Record<string, string>>;
  readonly labels: readonly (readonly [document: string, label: string])[];
  readonly holdout: number;
  readonly contextLength?: number;
}

async function pairsOf({ texts, labels, holdout, contextLength = 16 }: World) {
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (const [id, text] of Object.entries(texts)) {
    const origin = { id, source: 'pages', uri: id, digest: `sha256:${'0'.repeat(64)}` };
    await shards.add({ ...origin, collectedAt: '2026-11-24T10:00:00Z', text });
  }
  const lines = labels.map(([document, label]) => ({ document, label }));
  const given = {
    corpus: await shards.close(),
    labels: await writeJsonLines(artifacts, lines, mediaTypes.labels),
    tokenizer: await artifacts.putBytes(Buffer.from(json), { mediaType: mediaTypes.tokenizer }),
  };
  const template = { prompt: '{text}=' };
  return asActivity(() =>
    tokenizePairs({ model: 'm', runId: 'lifecycle/m/1', ...given, template, contextLength, holdout }),
  );
}

/** What the model is asked when it is evaluated. */
async function questionsOf(reference: Awaited<ReturnType<typeof pairsOf>>['pairs']) {
  const { files } = await artifacts.readDirectory(reference);
  return artifacts.readJson(files['questions.json'], z.array(heldOutQuestionSchema));
}

/** Rows as texts: prompt, answer. */
async function rowsOf(reference: Awaited<ReturnType<typeof pairsOf>>['pairs']) {
  const tokenizer = await loadTokenizer(json);
  const { ids, lengths, answers, bytes, close, ...meta } = await openTokenPairs(artifacts, reference);
  const rows = await Promise.all(
    Array.from({ length: meta.rows }, async (_, row) => {
      const of = ids.subarray(row * meta.contextLength, row * meta.contextLength + lengths[row]);
      expect(of.at(-1)).toBe(meta.endOfTextId);
      return [
        await tokenizer.decode(of.subarray(0, answers[row])),
        await tokenizer.decode(of.subarray(answers[row], -1)),
      ];
    }),
  );
  close();
  return { rows, bytes: [...bytes] };
}

describe('the pairs of a corpus', () => {
  const texts = { 'p/1': 'eins', 'p/2': 'zwei', 'p/3': 'drei', 'p/4': 'vier' };

  it('are its documents with a label, the newest of them held out, and a later label replaces an earlier one', async () => {
    const labels = [
      ['p/1', 'no'],
      ['p/4', '사'],
      ['p/1', 'one'],
      ['p/3', 'three'],
      ['p/9', 'is not there'],
    ] as const;
    const { pairs, counts } = await pairsOf({ texts, labels, holdout: 2 });
    expect(counts).toEqual({ training: 1, heldOut: 2, cut: 0, leftOut: 0 });
    const { rows, bytes } = await rowsOf(pairs);
    const { files } = await artifacts.readDirectory(pairs);
    expect(await artifacts.readJson(files['answers.json'], z.array(z.string()))).toEqual([
      'one',
      'three',
      '사',
    ]);
    expect(rows).toEqual([
      ['eins=', 'one'],
      ['drei=', 'three'],
      ['vier=', '사'],
    ]);
    expect(bytes).toEqual([3, 5, 3]);
  });

  it('say what a model is asked that has learned them: prompts that are held out, a hundred at most', async () => {
    const labels = Array.from({ length: 130 }, (_, index) => [`p/${index}`, `n${index}`] as const);
    const many = Object.fromEntries(labels.map(([id], index) => [id, `text ${index}`]));
    const asked = await questionsOf((await pairsOf({ texts: many, labels, holdout: 110 })).pairs);
    expect(asked).toHaveLength(100);
    const [{ prompt, answer, answerTokens, document }] = asked;
    const decoded = await (await loadTokenizer(json)).decode(prompt);
    expect([decoded, answer, document]).toEqual(['text 20=', 'n20', 'p/20']);
    expect(answerTokens).toBe(4); // three letters and the end
  });

  it('lose the end of a text that does not fit beside its answer; an answer that leaves no room is left out', async () => {
    const labels = [
      ['p/1', 'one'],
      ['p/2', 'much too long'],
      ['p/4', 'four'],
    ] as const;
    const { pairs, counts } = await pairsOf({ texts, labels, holdout: 1, contextLength: 8 });
    expect(counts).toEqual({ training: 1, heldOut: 1, cut: 2, leftOut: 1 });
    expect((await rowsOf(pairs)).rows).toEqual([
      ['ein=', 'one'],
      ['vi=', 'four'],
    ]);
  });

  it('are refused where none is left to train on, or to hold out', async () => {
    const labels = [['p/4', 'four']] as const;
    await expect(pairsOf({ texts, labels, holdout: 1 })).rejects.toMatchObject({
      type: 'InvalidInput',
      message:
        'too few answers: 0 documents with a label to train on and 1 among the last 1, which are held out; one of each is needed',
    });
  });
});
