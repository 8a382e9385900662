// A small language model that knows nothing yet, and its whole evaluation, as a run would have it.
import { z } from 'zod';
import { createLanguageEvaluationActivities } from '../../activities/language-evaluation.ts';
import { createShardWriter } from '../../activities/shards.ts';
import type { StageRunner } from '../../activities/stage-runner.ts';
import { writeTokenPairs } from '../../activities/token-files.ts';
import { createArtifactStore } from '../../artifacts/artifact-store.ts';
import { createMemoryObjectStore } from '../../artifacts/memory-object-store.ts';
import { mediaTypes } from '../../contracts/artifact.ts';
import type { EvaluationSpec, GateSpec } from '../../contracts/model-spec/judgement.ts';
import { evaluationSchema } from '../../contracts/model-spec/judgement.ts';
import { type SearchTable, searchTableSchema } from '../../contracts/search.ts';
import type { LanguageEvaluationInput } from '../../contracts/stage-results.ts';
import { languageFigures } from '../../pipeline/evaluation/language-figures.ts';
import type { GptConfig } from '../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import { trainBpe } from '../../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWords } from '../../pipeline/tokenization/byte-level-words.ts';
import { writeByteLevelJson } from '../../pipeline/tokenization/tokenizer-json.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { asActivity } from './activity-context.ts';

const scored = z.array(z.object({ token: z.string(), probability: z.number() }));
const reportSchema = z.object({
  answering: z
    .object({
      answers: z.array(z.record(z.string(), z.string())),
      measures: z.object({ signatures: z.record(z.string(), z.string()) }).optional(),
    })
    .optional(),
  search: searchTableSchema.optional(),
  slices: z.array(z.object({ by: z.string(), name: z.string(), documents: z.number(), metric: z.string() })),
  answerLossSlices: z.array(z.record(z.string(), z.unknown())),
  leakage: z.object({ heldOut: z.number(), exact: z.number() }),
  served: z.object({ texts: z.number(), latencyP95Ms: z.number() }),
  hardest: z.array(z.object({ bitsPerByte: z.number() })),
  verdict: z.object({ gates: z.array(z.object({ passed: z.boolean(), reason: z.string() })) }),
  writing: z.object({ texts: z.number(), memorisation: z.object({ order: z.number() }) }),
  samples: z.array(
    z.object({ text: z.string(), tokens: scored, logProbability: z.number(), perplexity: z.number() }),
  ),
  continuations: z.array(
    z.object({ prompt: z.string(), likeliest: scored, greedy: z.string(), inCorpus: z.unknown() }),
  ),
  attention: z.array(
    z.object({ tokens: z.array(z.string()), layers: z.array(z.array(z.object({ levels: z.string() }))) }),
  ),
});

export const artifacts = createArtifactStore(createMemoryObjectStore());
const heldOut = languageFigures(Math.log(8), { documents: 20, tokens: 600, bytes: 1_200 });

const runStage: StageRunner = async (work) => {
  const { result } = await work.compute();
  return { ...result, lineage: await artifacts.putJson('lineage'), cached: false, seconds: 0 };
};

export const sentence = '나는 오늘 맛있는 밥을 먹었다.';
export const documents = [
  '오늘 맛있는 밥을 먹었다.',
  ...['나는 오늘 밥을 먹었다.', '어제 나는 오늘 밥을 먹었다.', '그리고 나는 학교에 갔다.'],
  ...Array.from({ length: 20 }, (_, index) => `나는 ${index + 1}번 문을 열고 나갔다. 나는 돌아왔다.`),
];

/** A tokenizer of bytes, and a decoder that knows nothing yet. */
export async function smallModel() {
  const learned = trainBpe(countByteLevelWords(documents), { vocabularySize: 1_000, minimumFrequency: 1 });
  const json = writeByteLevelJson(learned);
  const { vocabularySize, sepId } = await loadTokenizer(json);
  const config: GptConfig = {
    ...{ vocabularySize, endOfTextId: sepId, contextLength: 32, layers: 2, hiddenSize: 8, heads: 2 },
    ...{ intermediateSize: 16, layerNormEpsilon: 1e-5, geluApproximation: 'none', dropout: 0 },
  };
  const layout = gptLayout(config);
  return { json, files: writeGpt({ config, layout, parameters: initialParameters(layout, 1) }) };
}

async function writeCorpus(texts: readonly string[]) {
  const shards = createShardWriter(artifacts, mediaTypes.documents);
  for (const [index, text] of texts.entries()) {
    const origin = {
      id: `made-up/${index}`,
      source: 'made-up',
      uri: `${index}`,
      digest: `sha256:${'0'.repeat(64)}`,
    };
    await shards.add({ ...origin, collectedAt: '2026-11-24T10:00:00Z', text });
  }
  return shards.close();
}

/** A prompt that is held out, and three that were trained on. */
async function writePairs(json: string, answer: string) {
  const tokenizer = await loadTokenizer(json);
  const encode = async (text: string) => {
    const found: number[] = [];
    for await (const [ids] of tokenizer.encodeWhole([text])) found.push(...ids);
    return found;
  };
  const prompt = await encode('나는 오늘=');
  const answers = ['밥', '오늘', '학교', answer];
  const pairs = await Promise.all(
    answers.map(async (of, at) => ({
      ...{ document: `made-up/${[0, 1, 3, 4][at]}`, answer: of, answerStart: prompt.length },
      ids: [...prompt, ...(await encode(of)), tokenizer.sepId],
    })),
  );
  return writeTokenPairs(artifacts, pairs, {
    ...{ tokenizer, contextLength: 32 },
    questions: [{ prompt, answer, answerTokens: 6, document: 'made-up/4' }],
  });
}

export async function evaluate(
  gates: GateSpec[],
  {
    text = '',
    champion,
    search,
    answer,
    chatTemplate,
    ...looks
  }: {
    text?: string;
    champion?: LanguageEvaluationInput['champion'];
    search?: SearchTable;
    /** Expected of the one prompt that is asked. */
    answer?: string;
    /** As the model file states it. */
    chatTemplate?: string;
  } & Partial<Pick<EvaluationSpec, 'samples' | 'prompts' | 'stride'>> = {},
) {
  const { json, files } = await smallModel();
  const put = (name: string) => artifacts.putJson(name);
  const record = { lineage: await put('lineage'), cached: false, seconds: 0 };
  const input: LanguageEvaluationInput = {
    ...{ model: `speeches${text}`, runId: `lifecycle/speeches/run${text}`, contextLength: 128 },
    evaluation: evaluationSchema.parse({ holdout: 20, gates, ...looks }),
    ...(champion && { champion }),
    cleaning: { steps: [] },
    corpus: await writeCorpus(documents.map((it) => it + text)),
    funnel: [{ step: `strip${text}`, in: 9, kept: 8, changed: 1, dropped: 1, reasons: { short: 1 } }],
    tokenization: {
      ...{
        ...record,
        tokenizer: await artifacts.putBytes(Buffer.from(json), { mediaType: mediaTypes.tokenizer }),
        tokens: await put('tokens'),
      },
      ...{ vocabularySize: 8_000, statistics: { unknownRate: 0.01 } },
    },
    training: {
      weights: await artifacts.putDirectory({
        'config.json': await artifacts.putBytes(Buffer.from(files.config), { mediaType: mediaTypes.json }),
        'model.safetensors': await artifacts.putBytes(Buffer.from(files.weights), {
          mediaType: mediaTypes.tokens,
        }),
      }),
      curve: await artifacts.putJson([
        { step: 1, trainingLoss: 9 },
        { step: 2, trainingLoss: 2, validationLoss: 2.1 },
      ]),
      ...{ lastPoint: undefined, steps: 2, tokensPerSecond: 10, lineage: [record.lineage], heldOut },
      environment: { processor: `a${text}` },
      ...(search && { search: await artifacts.putJson(search) }),
      ...(answer !== undefined && {
        answering: {
          ...{ heldOut, pairs: { training: 3, heldOut: 1, cut: 0, leftOut: 0 } },
          ...{ curve: await artifacts.putJson([]), steps: 2 },
        },
      }),
    },
    ...(chatTemplate !== undefined && { chatTemplate }),
    ...(answer !== undefined && {
      template: { prompt: '{text}=' },
      pairs: await writePairs(json, answer),
    }),
  };
  const now = () => new Date('2026-11-24T10:00:00Z');
  const activities = createLanguageEvaluationActivities({ artifacts, runStage, now });
  const result = await asActivity(() => activities.evaluateLanguageModel(input));
  const page = (await artifacts.readBytes(result.report)).toString('utf8');
  const report = reportSchema.parse(
    JSON.parse((await artifacts.readBytes(result.evidence)).toString('utf8')),
  );
  return { result, page, report };
}
