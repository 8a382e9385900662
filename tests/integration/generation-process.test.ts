// A language model in a process of its own: the files of a package in, texts out, as the same model gives them in this one.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionRecord } from '../../contracts/observation.ts';
import { gptConfigOf } from '../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import type { Tokenizer } from '../../pipeline/tokenization/tokenizer.ts';
import { loadOnnxGenerator } from '../../runtimes/onnx/generator.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { InvalidQuestion, ProcessBusy } from '../../serving/model-process.ts';
import type { Vitals } from '../../serving/model-protocol.ts';
import { createAcceptedTexts } from '../../serving/scoring/accepted-texts.ts';
import type { GenerationPiece, GenerationQuestion } from '../../serving/tasks/generation-process.ts';
import { type LanguageVersion, loadLanguageVersion } from '../../serving/tasks/generation-version.ts';
import { poll } from '../support/poll.ts';
import { servedModelOf } from '../support/served-versions.ts';

const golden = new URL('../golden/bpe-tokenizer.json', import.meta.url);
const contextLength = 64;
const observer = {
  queued: () => undefined,
  computed: (batches: Vitals['batches']) => void computed.push(...batches.map(([size]) => size)),
  restarted: () => undefined,
  gone: () => undefined,
};
/** How many texts were continued together, some time or other. */
const computed: number[] = [];
let directory: string;
let version: LanguageVersion;

async function writePackage(folder: string, vocabularySize: number) {
  const shape = { architecture: 'gpt2', layers: 1, hiddenSize: 32, heads: 2, contextLength } as const;
  const config = gptConfigOf(shape, { vocabularySize, endOfTextId: 3, dropout: 0 });
  const layout = gptLayout(config);
  const files = writeGpt({ config, layout, parameters: initialParameters(layout, 1) });
  await cp(golden, join(folder, 'tokenizer.json'));
  await writeFile(join(folder, 'config.json'), files.config);
  await writeFile(join(folder, 'model.safetensors'), files.weights);
  return files;
}

const load = () =>
  loadLanguageVersion({
    ...{ version: 1, limits: { silenceSeconds: 60 }, observer },
    load: { directory, contextLength, weights: 'model.safetensors' },
    preprocessing: { steps: [], contextLength },
    read: async (name, schema) => schema.parse(JSON.parse(await readFile(join(directory, name), 'utf8'))),
  });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coppice-generation-'));
  const { vocabularySize } = await loadTokenizer(await readFile(golden, 'utf8'));
  await writePackage(directory, vocabularySize);
  version = await load();
}, 60_000);
afterAll(async () => {
  version.stop();
  await version.ended;
  await rm(directory, { recursive: true, force: true });
});

const never = new AbortController().signal;
const question = (overrides: Partial<GenerationQuestion> = {}): GenerationQuestion => ({
  ...{ prompts: ['나는 오늘'], choices: 1, maximumNewTokens: 12, temperature: 1, topP: 1 },
  ...{ repetitionPenalty: 1, seed: 3, stop: [], beams: 1 },
  ...overrides,
});

async function answer(overrides: Partial<GenerationQuestion> = {}, signal = never) {
  const pieces: GenerationPiece[] = [];
  const reading = version.continueTexts(question(overrides), signal);
  for (;;) {
    const { done, value } = await reading.next();
    if (done === true) return { pieces, ...value };
    pieces.push(value);
  }
}
const textOf = (pieces: readonly GenerationPiece[], row = 0) =>
  pieces
    .filter((piece) => piece.row === row)
    .map(({ text }) => text)
    .join('');

const inThisProcess = async () => ({
  tokenizer: await loadTokenizer(await readFile(golden, 'utf8')),
  generator: loadOnnxGenerator({
    config: await readFile(join(directory, 'config.json'), 'utf8'),
    weights: await readFile(join(directory, 'model.safetensors')),
  }),
});

async function encoded(tokenizer: Tokenizer, text: string): Promise<number[]> {
  const ids: number[] = [];
  for await (const chunk of tokenizer.encodeWhole([text])) ids.push(...chunk.flat());
  return ids;
}

describe('a language model in its process', () => {
  it('gives the text of its own tokens, in pieces, and counts them', async () => {
    const { pieces, promptTokens } = await answer({ temperature: 0, alternatives: 2 });
    const { tokenizer, generator } = await inThisProcess();
    const prompt = await encoded(tokenizer, '나는 오늘');
    const ids: number[] = [];
    const options = { temperature: 0, maximumNewTokens: 12 };
    for await (const step of generator.generate([prompt], options)) ids.push(...step.map(({ id }) => id));
    await generator.close();
    expect(promptTokens).toBe(prompt.length);
    expect(textOf(pieces)).toBe(await tokenizer.decode(ids));
    expect(pieces.map(({ tokens }) => tokens)).toEqual(ids.map(() => 1));
    expect(pieces.every(({ told }) => told?.alternatives.length === 2)).toBe(true);
    expect(pieces.at(-1)?.finish).toBeDefined();
  });

  it('tells how likely the tokens of a prompt are, as the model scores a given text, and goes on from there', async () => {
    const { tokenizer, generator } = await inThisProcess();
    const text = '나는 오늘 밥을 먹었다.';
    const ids = await encoded(tokenizer, text);
    const expected = await generator.logProbabilities(ids);
    await generator.close();
    const told = { alternatives: 2, tellsPrompts: true } as const;
    const { pieces, promptTokens } = await answer({ ...told, prompts: [text, ''], choices: 2 });
    expect(promptTokens).toBe(ids.length + 1);
    const given = (row: number) =>
      pieces.flatMap((piece) => (piece.row === row && piece.given ? [piece.given] : []));
    const [first, ...rest] = given(0);
    expect([first.logProbability, first.alternatives]).toEqual([null, []]);
    expect(rest.map(({ alternatives }) => alternatives.length)).toEqual(Array.from(expected, () => 2));
    for (const [index, { logProbability, alternatives }] of rest.entries()) {
      expect(logProbability).toBeCloseTo(expected[index], 4); // a window at once against token by token
      expect(alternatives[0].logProbability).toBeGreaterThanOrEqual(logProbability ?? Infinity);
    }
    const texts = await Promise.all(ids.map((id) => tokenizer.decode([id])));
    expect([first, ...rest].map((it) => it.text)).toEqual(texts);
    expect(given(1)).toEqual(given(0));
    expect([...given(2), ...given(3)]).toEqual([]);
    // What follows is what follows without.
    const plain = await answer({ alternatives: 2, prompts: [text, ''], choices: 2 });
    for (const row of [0, 1, 2, 3]) expect(textOf(pieces, row)).toBe(textOf(plain.pieces, row));
  });

  it('tells a prompt alone, up to the whole context', async () => {
    const { tokenizer, generator } = await inThisProcess();
    await generator.close();
    const ids = await encoded(tokenizer, '밥을 먹었다. '.repeat(40));
    const text = await tokenizer.decode(ids.slice(0, contextLength));
    const count = (await encoded(tokenizer, text)).length;
    const { pieces } = await answer({
      ...{ prompts: [text], maximumNewTokens: 0 },
      ...{ alternatives: 0, tellsPrompts: true },
    });
    expect(pieces.filter(({ given }) => given !== undefined)).toHaveLength(count);
    expect(pieces.at(-1)).toEqual({ row: 0, text: '', tokens: 0, finish: 'length' });
    expect(pieces.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(0);
  });

  it('draws the same text for a seed while others are drawn, more than it works on at once', async () => {
    const alone = textOf((await answer()).pieces);
    const others = Array.from({ length: 8 }, (_, seed) => answer({ seed, choices: 2 }));
    expect(textOf((await answer()).pieces)).toBe(alone);
    const [, , , third] = await Promise.all(others);
    expect([textOf(third.pieces), textOf(third.pieces, 1) !== alone]).toEqual([alone, true]);
    await poll('texts that were continued together', () => computed.some((size) => size > 4), 10_000);
  });

  it('finds texts by beams, and ends before a stop sequence', async () => {
    const { pieces } = await answer({ beams: 3, choices: 2, prompts: ['나', ''] });
    expect(pieces.map(({ row, finish }) => [row, finish !== undefined])).toEqual([
      [0, true],
      [1, true],
      [2, true],
      [3, true],
    ]);
    const whole = textOf(pieces);
    const stop = whole.slice(2, 4);
    const stopped = await answer({ beams: 3, choices: 1, prompts: ['나'], stop: [stop] });
    expect(textOf(stopped.pieces)).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(stopped.pieces[0].finish).toBe('stopped');
  });

  it('refuses a prompt that is longer than its context, naming both', async () => {
    const long = '밥을 먹었다. '.repeat(80);
    await expect(answer({ prompts: [long] })).rejects.toThrow(
      /^prompt: expected at most 64 tokens, the model's context, got \d+$/,
    );
    await expect(answer({ prompts: ['a', long] })).rejects.toThrow(/^prompt\.1: /);
    const refused = answer({ prompts: [long] });
    await expect(refused).rejects.toBeInstanceOf(InvalidQuestion);
    await expect(refused).rejects.toMatchObject({ code: 'context_length_exceeded' });
  });

  it('tells how likely a text is that somebody wrote, after the prompt, as the model scores its tokens', async () => {
    const served = servedModelOf([version], { version: 2 });
    const accepted = createAcceptedTexts({
      readRollout: () => Promise.resolve({ metrics: ['accepted-likelihood'] }),
    });
    const record: CompletionRecord = {
      ...{
        kind: 'completion',
        id: 'cmpl-1',
        at: '2026-05-01T12:00:00.000Z',
        model: served.model,
        subject: 'kim',
      },
      ...{ generation: 7, arm: 'champion', version: 1, experiment: 'mail-filter-2', step: 1 },
      ...{ latencyMs: 5, promptTokens: 1, completionTokens: 1 },
    };
    const prompt = [{ token: '[CLS]' as const }, { text: '나는 오늘' }];
    await poll(
      'the model file',
      () => {
        accepted.remember(record, [prompt]);
        return accepted.score(served, 'cmpl-1', '학교에 갔다');
      },
      20_000,
    );
    const likelihoods = await accepted.score(served, 'cmpl-1', '학교에 갔다');
    const { tokenizer, generator } = await inThisProcess();
    const before = [tokenizer.clsId, ...(await encoded(tokenizer, '나는 오늘'))];
    const written = await encoded(tokenizer, '학교에 갔다');
    const all = await generator.logProbabilities([...before, ...written]);
    const sum = all.slice(before.length - 1).reduce((total, each) => total + each, 0);
    expect(Object.keys(likelihoods ?? {})).toEqual(['1']);
    expect(likelihoods?.[1]).toBeCloseTo(Math.exp(sum / Buffer.byteLength('학교에 갔다')), 5);
    await generator.close();
  });

  it('begins a document where the prompt is empty', async () => {
    expect((await answer({ prompts: [''] })).promptTokens).toBe(1);
  });

  it('turns away more than may wait, and has room again once those who waited are gone', async () => {
    const leaving = new AbortController();
    const waiting = Array.from({ length: 64 }, () => answer({ maximumNewTokens: 60 }, leaving.signal));
    for (const it of waiting) it.catch(() => undefined);
    await expect(answer()).rejects.toBeInstanceOf(ProcessBusy);
    leaving.abort(new Error('gone'));
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    await poll(
      'room',
      () =>
        answer().catch((error: unknown) => {
          if (error instanceof ProcessBusy) return undefined;
          throw error;
        }),
      30_000,
    );
  });

  it('stops where its reader does', async () => {
    for await (const { tokens } of version.continueTexts(question({ maximumNewTokens: 60 }), never)) {
      expect(tokens).toBe(1);
      break;
    }
    expect((await answer()).pieces.length).toBeGreaterThan(0);
  });

  it('does not load where the tokenizer has tokens that the model lacks', async () => {
    await writePackage(directory, 100);
    await expect(load()).rejects.toThrow(/tokenizer\.json has \d+ tokens, the model 100/);
  });
});
