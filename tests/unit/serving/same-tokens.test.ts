// Training and gateway read a document alike: the same recipe, the same tokenizer, the same token ids.
import { expect, it } from 'vitest';
import { createCleaningActivities } from '../../../activities/cleaning.ts';
import { createShardWriter } from '../../../activities/shards.ts';
import type { StageRunner } from '../../../activities/stage-runner.ts';
import { createTokenizationActivities } from '../../../activities/tokenization.ts';
import { createArtifactStore } from '../../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../../contracts/artifact.ts';
import type { CollectedDocument } from '../../../contracts/document.ts';
import { cleaningSchema } from '../../../contracts/model-spec/cleaning.ts';
import { tokenizerSchema } from '../../../contracts/model-spec/learning.ts';
import { createMetrics } from '../../../monitoring/metrics.ts';
import { requestRecipe } from '../../../pipeline/cleaning/recipe.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { openTokenRows } from '../../../worker/trainer/inputs.ts';
import { asActivity } from '../../support/activity-context.ts';

const artifacts = createArtifactStore(createMemoryObjectStore());
const runStage: StageRunner = async (work) => ({
  ...(await work.compute()).result,
  ...{ lineage: await artifacts.putJson({}), cached: false, seconds: 0 },
});
const run = { model: 'm', runId: 'lifecycle/m/1' };
const contextLength = 32;

const mail = (subject: string, body: string): CollectedDocument['content'] => ({
  mediaType: 'message/rfc822',
  encoding: 'base64',
  data: Buffer.from(
    `Subject: ${subject}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${body}\r\n`,
  ).toString('base64'),
});
const contents: readonly CollectedDocument['content'][] = [
  mail('Meeting moved', 'Hello Kim,\r\n\r\nsee you at noon.\r\n> old words\r\n-- \r\nLee'),
  mail('=?UTF-8?B?7ZqM7J2Y?=', '회의는 세 시에 시작합니다.\r\n\r\nOn Monday Kim wrote:\r\n> 언제인가요?'),
  {
    mediaType: 'text/html',
    encoding: 'utf8',
    data: '<p>Caf\u0065\u0301 &amp; <b>bar</b></p><script>no()</script>',
  },
  {
    mediaType: 'text/plain',
    encoding: 'utf8',
    data: 'a row ends with [SEP], a text with <|endoftext|>, and [CLS][PAD][MASK][UNK] say nothing',
  },
  {
    mediaType: 'text/plain',
    encoding: 'utf8',
    data: `a line of text that is longer than the context ${'and on '.repeat(40)}`,
  },
];
const steps = cleaningSchema.parse({
  steps: [
    ...[{ step: 'decode-mail' }, { step: 'strip-html' }, { step: 'normalize-unicode' }],
    ...[{ step: 'strip-quotes' }, { step: 'strip-footers' }, { step: 'deduplicate' }],
  ],
});

it('gives a request the token ids that the same document was trained on', async () => {
  const { cleanDocuments } = createCleaningActivities({
    artifacts,
    runStage,
    metrics: createMetrics({ process: 'test' }),
  });
  const { tokenizeCorpus } = createTokenizationActivities({ artifacts, runStage, loadTokenizer });
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (const [place, content] of contents.entries()) {
    const id = `mails/${place}`;
    const origin = { id, source: 'mails', uri: id, digest: `sha256:${'0'.repeat(64)}` };
    await shards.add({ ...origin, collectedAt: '2026-11-30T10:00:00Z', content });
  }
  const documents = await shards.close();
  const { corpus } = await asActivity(() => cleanDocuments({ ...run, cleaning: steps, documents }));
  const spec = tokenizerSchema.parse({ vocabularySize: 300, minimumFrequency: 1 });
  const trained = await asActivity(() => tokenizeCorpus({ ...run, corpus, tokenizer: spec, contextLength }));

  const tokenizer = await loadTokenizer((await artifacts.readBytes(trained.tokenizer)).toString('utf8'));
  const recipe = requestRecipe(steps.steps);
  const served = await Promise.all(
    contents.map(async (content) => {
      const cleaned = await recipe.clean(content);
      const { ids, lengths } = await tokenizer.encodeBatch(
        ['text' in cleaned ? cleaned.text : ''],
        contextLength,
      );
      return Array.from(ids).slice(0, lengths[0]);
    }),
  );
  const rows = await openTokenRows(artifacts, trained.tokens);
  const seen = Array.from({ length: rows.rows }, (_, row) =>
    Array.from(rows.ids.subarray(row * contextLength, row * contextLength + rows.lengths[row])),
  );
  rows.close();
  expect(served).toEqual(seen);
  expect(served.map(({ length }) => length > 3)).toEqual([true, true, true, true, true]);
  const { padId, clsId, sepId, maskId } = tokenizer;
  const inside = served.flatMap((ids) => ids.slice(1, -1));
  expect(inside.filter((id) => [padId, clsId, sepId, maskId].includes(id))).toEqual([]);
});
