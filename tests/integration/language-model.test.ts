// A language model as its user meets it, on a stack of its own: from a folder of texts to a version that is exported by the
// command line, and in service, where OpenAI's own client continues texts with it.
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import { type OwnStack, openOwnStack } from '../support/own-stack.ts';
import { poll } from '../support/poll.ts';

let stack: OwnStack;
let client: OpenAI;
beforeAll(async () => {
  stack = await openOwnStack('language');
  client = new OpenAI({
    baseURL: `${stack.environment.GATEWAY_URL}/v1`,
    ...{ apiKey: 'of nobody', maxRetries: 0 },
  });
}, 240_000);
afterAll(() => stack.close(), 60_000);

/** Writes a model file beside a folder of texts: the decisions of this house. */
async function writeModel(name: string, sections: object): Promise<string> {
  const folder = join(stack.folder, name);
  await mkdir(folder, { recursive: true });
  await cp(new URL('../../docs/adr', import.meta.url), join(folder, 'texts'), { recursive: true });
  const file = join(folder, `${name}.model.mjs`);
  const collection = { sources: [{ kind: 'files', name: 'texts', path: './texts' }] };
  const definition = { name, task: 'language-modelling', collection, ...sections };
  await writeFile(file, `export default ${JSON.stringify(definition)};`);
  return file;
}

const small = {
  tokenizer: { vocabularySize: 500 },
  model: { architecture: 'gpt2', layers: 1, hiddenSize: 32, heads: 2, contextLength: 32 },
  training: { pretraining: { epochs: 2, learningRate: 5e-3, batchSize: 8 } },
};

describe('a language model', () => {
  it('is trained, judged on documents that it did not see, registered, and exported as transformers reads it', async () => {
    const gates = [{ kind: 'at-most', metric: 'perplexity', bound: 450 }]; // a vocabulary of 500 at a guess has 500
    const file = await writeModel('decisions', { ...small, evaluation: { holdout: 10, gates } });
    const run = await stack.coppice('run', file, '--json');
    expect(run.err).toMatch(/evaluation +done .* perplexity \d/);
    const told = JSON.parse(run.out) as { outcome: string; version: number; reasons: string[] };
    expect(told).toMatchObject({ outcome: 'registered', version: 1 });

    const exported = join(stack.folder, 'exported');
    expect((await stack.coppice('export', 'decisions@1', exported)).code).toBe(0);
    expect((await readdir(exported)).sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'preprocessing.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const { config } = readGpt({
      config: await readFile(join(exported, 'config.json'), 'utf8'),
      weights: await readFile(join(exported, 'model.safetensors')),
    });
    expect(config).toMatchObject({ layers: 1, hiddenSize: 32, contextLength: 32, endOfTextId: 3 });
  }, 480_000);
});

const question = { model: 'decisions', prompt: 'Each version', max_tokens: 12 };

describe('OpenAI’s client at the gateway', () => {
  it('is answered by the first version as soon as that is in service', async () => {
    const answer = await poll(
      'an answer',
      () => client.completions.create({ ...question, temperature: 0 }).catch(() => undefined),
      60_000,
    );
    expect(answer).toMatchObject({
      object: 'text_completion',
      model: 'decisions',
      system_fingerprint: 'decisions@1',
      choices: [{ index: 0, logprobs: null, finish_reason: 'length' }],
      usage: { completion_tokens: 12 },
    });
    expect(answer.choices[0].text).not.toBe('');
    const models = await client.models.list();
    expect(models.data.map(({ id, object }) => [id, object])).toEqual([['decisions', 'model']]);
  }, 90_000);

  it('gets what the version itself answers to a dataset', async () => {
    const data = join(stack.folder, 'questions.jsonl');
    const line = (prompt: string) => JSON.stringify({ prompt, answer: 'each' });
    await writeFile(
      data,
      [line('Each version'), line('A run'), line(`too long ${'word '.repeat(60)}`)].join('\n'),
    );
    const evaluate = async (...target: string[]) => {
      const ended = await stack.coppice(
        'evaluate',
        ...target,
        '--data',
        data,
        '--max-tokens',
        '12',
        '--json',
      );
      expect(ended.code).toBe(0);
      return JSON.parse(ended.out) as { metrics: object; signatures: object; unanswered: object };
    };
    const version = await evaluate('decisions@1');
    expect(version.unanswered).toEqual({ 'longer than the context': 1 });
    expect(Object.keys(version.metrics)).toEqual(expect.arrayContaining(['exactMatch', 'rougeL', 'chrf']));
    const url = `${stack.environment.GATEWAY_URL}/v1`;
    const served = await evaluate(url, '--model', 'decisions', '--interface', 'completions');
    expect(served.metrics).toEqual(version.metrics);
    expect(served.unanswered).toEqual({ 'status 400': 1 });
  }, 120_000);

  it('streams the text that it gets whole, with its usage at the end', async () => {
    const whole = await client.completions.create({ ...question, seed: 7 });
    const stream = await client.completions.create({
      ...{ ...question, seed: 7 },
      ...{ stream: true, stream_options: { include_usage: true } },
    });
    let text = '';
    const [reasons, usages]: unknown[][] = [[], []];
    for await (const { choices, usage } of stream) {
      text += choices.map((choice) => choice.text).join('');
      reasons.push(...choices.map(({ finish_reason: reason }) => reason as string | null));
      usages.push(usage);
    }
    expect(text).toBe(whole.choices[0].text);
    expect(reasons.filter((reason) => reason !== null)).toEqual(['length']);
    expect(usages.at(-1)).toEqual(whole.usage);
    expect(new Set(usages.slice(0, -1))).toEqual(new Set([null]));
  });

  it('gets the same text twice for a seed, and another for another', async () => {
    const textOf = async (seed: number) =>
      (await client.completions.create({ ...question, seed, max_tokens: 16 })).choices[0].text;
    const [once, twice, other] = [await textOf(1), await textOf(1), await textOf(2)];
    expect(twice).toBe(once);
    expect(other).not.toBe(once);
  });

  it('gets a text that ends before a stop sequence', async () => {
    const asked = { ...question, seed: 7, max_tokens: 16 };
    const [{ text }] = (await client.completions.create(asked)).choices;
    const stop = text.slice(4, 6);
    const [stopped] = (await client.completions.create({ ...asked, stop })).choices;
    expect(stopped.text).toBe(text.slice(0, text.indexOf(stop)));
    expect(stopped.finish_reason).toBe('stop');
  });

  it('gets several texts for several prompts, with the probabilities of their tokens', async () => {
    const { choices, usage } = await client.completions.create({
      ...question,
      ...{ prompt: ['Each', ''], n: 2, logprobs: 2, max_tokens: 3 },
    });
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(usage?.completion_tokens).toBe(12);
    for (const { logprobs } of choices) {
      expect(logprobs?.tokens).toHaveLength(3);
      expect(logprobs?.token_logprobs?.every((value) => value < 0)).toBe(true);
      expect(logprobs?.text_offset?.[0]).toBe(0);
    }
  });

  it('is told what is wrong by errors of its own', async () => {
    const long = { ...question, prompt: 'registry '.repeat(100) };
    await expect(client.completions.create(long)).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(
        /prompt: expected at most 32 tokens, the model's context, got \d+/,
      ) as string,
    });
    await expect(client.completions.create({ ...question, model: 'nobody' })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    await expect(client.completions.create({ ...question, presence_penalty: 1 })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('presence_penalty') as string,
    });
  });
});
