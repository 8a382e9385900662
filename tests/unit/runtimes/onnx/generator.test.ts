import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCachedDecoder } from '../../../../pipeline/generation/cached-decoder.ts';
import type { GeneratedToken, GenerationOptions } from '../../../../pipeline/generation/generate.ts';
import { generateText } from '../../../../pipeline/generation/generate-text.ts';
import { textFigures } from '../../../../pipeline/generation/text-figures.ts';
import { readGpt } from '../../../../pipeline/model/gpt-files.ts';
import { onnxGraphsOf } from '../../../../runtimes/onnx/decoder.ts';
import { loadOnnxGenerator } from '../../../../runtimes/onnx/generator.ts';
import { expectClose } from '../../../support/expect-close.ts';
import { golden } from '../../pipeline/generation/golden.ts';

const folder = new URL('../../../golden/', import.meta.url);
const files = {
  config: readFileSync(new URL('gpt2/config.json', folder), 'utf8').replaceAll('50256', 'null'),
  weights: readFileSync(new URL('gpt2/model.safetensors', folder)),
};
const whole = z
  .object({ ids: z.array(z.array(z.number())), logits: z.array(z.array(z.number())) })
  .parse(JSON.parse(readFileSync(new URL('gpt2.json', folder), 'utf8')));

const generator = loadOnnxGenerator(files); // knows no end of text
afterAll(() => generator.close());

async function tokensOf(
  prompts: readonly (readonly number[])[],
  options: GenerationOptions,
): Promise<GeneratedToken[]> {
  const tokens = [];
  for await (const step of generator.generate(prompts, options)) tokens.push(...step);
  return tokens;
}
const idsOf = (tokens: readonly GeneratedToken[], row = 0): number[] =>
  tokens.filter((token) => token.row === row).map(({ id }) => id);

const greedy = { temperature: 0, maximumNewTokens: 10 };

describe('a decoder', () => {
  it('gives the logits of transformers, however a text is fed to it', async () => {
    const model = readGpt(files);
    const decoder = createCachedDecoder(model.config, { rows: 2, slots: 8 }, onnxGraphsOf(model, 1));
    for (const cuts of [[9], [1, 8], [3, 1, 1, 4], [1, 1, 1, 1, 1, 1, 1, 1, 1]]) {
      decoder.reset();
      let at = 0;
      for (const count of cuts) {
        const logits = await decoder.feed(whole.ids.map((ids) => ids.slice(at, at + count)));
        at += count;
        const expected = [whole.logits[at - 1], whole.logits[9 + at - 1]].flat();
        expectClose(logits, expected, 1e-4, `${at} of ${cuts.join()}`);
      }
    }
    await expect(decoder.feed([[1], []])).rejects.toThrow('row 0: 10 tokens do not fit 8 slots');
    await decoder.close();
  });
});

describe('a generator', () => {
  it.each(golden.greedy)(
    'continues $prompt as transformers does, at a penalty of $repetitionPenalty',
    async ({ prompt, repetitionPenalty, ids }) => {
      expect(idsOf(await tokensOf([prompt], { ...greedy, repetitionPenalty }))).toEqual(ids);
    },
  );

  it.each(golden.beams)(
    'finds the beams of transformers: $prompt $beams $lengthPenalty $earlyStopping',
    async ({ prompt, found, endOfTextId, ...options }) => {
      const own = await generator.search(prompt, {
        ...options,
        maximumNewTokens: 9,
        endOfTextId: endOfTextId ?? -1,
      });
      expect(own.map(({ ids }) => ids)).toEqual(found.map(({ ids }) => ids));
      expectClose(
        own.map(({ score }) => score),
        found.map(({ score }) => score),
        1e-4,
      );
    },
  );

  it('continues texts of different lengths side by side as each alone', async () => {
    const prompts = golden.greedy.filter((it) => it.repetitionPenalty === 1);
    const tokens = await tokensOf(
      prompts.map(({ prompt }) => prompt),
      greedy,
    );
    for (const [row, { ids }] of prompts.entries()) expect(idsOf(tokens, row)).toEqual(ids);
  });

  it('draws the same text for a seed, whatever stands beside it', async () => {
    const options = { maximumNewTokens: 8, seed: 3, topP: 0.9 };
    const alone = idsOf(await tokensOf([[5]], options));
    expect(idsOf(await tokensOf([[5], [7, 8]], options))).toEqual(alone);
    expect(idsOf(await tokensOf([[5]], { ...options, seed: 4 }))).not.toEqual(alone);
  });

  it('tells the probability of each token, as scoring the text does', async () => {
    const tokens = await tokensOf([[41, 29]], { ...greedy, temperature: 1, logProbabilities: true });
    const scored = await generator.logProbabilities([41, 29, ...idsOf(tokens)]);
    expectClose(
      tokens.map(({ logProbability }) => logProbability ?? 0),
      scored.slice(1),
      1e-4,
    );
  });

  it('tells the likeliest tokens beside the one that it took, where they are asked for', async () => {
    const told = { ...greedy, logProbabilities: true };
    const [first, ...others] = await tokensOf([[41, 29]], { ...told, alternatives: 3 });
    expect(first.alternatives?.map(({ logProbability }) => logProbability)).toEqual(
      first.alternatives?.map(({ logProbability }) => logProbability).sort((a, b) => b - a),
    );
    for (const { id, logProbability, alternatives } of [first, ...others]) {
      expect(alternatives).toHaveLength(3);
      expect(alternatives?.[0]).toEqual({ id, logProbability });
    }
    expect((await tokensOf([[41, 29]], told))[0]).not.toHaveProperty('alternatives');
  });

  it('ends a text at its end of text, and the others go on', async () => {
    const [first, second] = golden.greedy.filter((it) => it.repetitionPenalty === 1);
    const tokens = await tokensOf([first.prompt, second.prompt], { ...greedy, endOfTextId: 40 });
    expect(idsOf(tokens)).toEqual([41, 41, 41, 41, 41, 40]);
    expect(tokens.findLast(({ row }) => row === 0)?.finish).toBe('end-of-text');
    expect(idsOf(tokens, 1)).toEqual(second.ids);
    expect(tokens.at(-1)?.finish).toBe('length');
  });

  it('ends at the context, one token past it', async () => {
    const prompt = Array.from({ length: 16 }, (_, index) => index);
    const tokens = await tokensOf([prompt], greedy);
    expect(tokens).toHaveLength(1);
    expect(tokens[0].finish).toBe('length');
  });

  it('begins a document where the prompt is empty and the model knows an end of text', async () => {
    const config = files.config.replace('"eos_token_id": null', '"eos_token_id": 49');
    const ending = loadOnnxGenerator({ ...files, config });
    const [first] = (await ending.generate([[]], greedy).next()).value ?? [];
    expect([first.id]).toEqual(idsOf(await tokensOf([[49]], { ...greedy, maximumNewTokens: 1 })));
    await ending.close();
    await expect(generator.generate([[]], greedy).next()).rejects.toThrow(
      'prompts.0: expected a token at least: the model knows no end of text',
    );
  });

  it.each([
    [
      [Array.from({ length: 17 }, () => 1)],
      {},
      "prompts.0: expected at most 16 tokens, the model's context, got 17",
    ],
    [[[1], [50]], {}, 'prompts.1: expected ids from 0 to 49, got 50'],
    [[[1]], { temperature: NaN }, 'temperature: expected a number from 0 on, got NaN'],
    [[[1]], { maximumNewTokens: 0 }, 'maximumNewTokens: expected a whole number from 1 on, got 0'],
  ])('refuses what is out of its range', async (prompts, options, problem) => {
    await expect(tokensOf(prompts, { ...greedy, ...options })).rejects.toThrow(problem);
  });

  it('refuses beams that are out of their range', async () => {
    await expect(generator.search([1], { beams: 0, maximumNewTokens: NaN })).rejects.toThrow(
      'beams: expected a whole number from 1 on, got 0; maximumNewTokens: expected a whole number from 1 on, got NaN',
    );
  });

  it('ends when it is told to, and answers the next request', async () => {
    const controller = new AbortController();
    const running = generator.generate([[5]], { ...greedy, signal: controller.signal });
    await running.next();
    controller.abort(new Error('enough'));
    await expect(running.next()).rejects.toThrow('enough');
    for await (const step of generator.generate([[5]], greedy)) {
      expect(step).toHaveLength(1);
      break; // whoever stops reading gives the caches back too
    }
    expect(idsOf(await tokensOf([[5]], greedy))).toEqual(golden.greedy[4].ids);
  });

  it('serves requests at the same time, each with caches of its own', async () => {
    const cases = golden.greedy.filter((it) => it.repetitionPenalty === 1);
    const all = await Promise.all(cases.map(({ prompt }) => tokensOf([prompt], greedy)));
    for (const [index, { ids }] of cases.entries()) expect(idsOf(all[index])).toEqual(ids);
  });
});

describe('the probabilities of a given text', () => {
  const { ids, cases } = golden.surprises;

  it.each(cases)(
    'equal those of transformers in windows of a stride of $stride',
    async ({ stride, logProbabilities }) => {
      expectClose(await generator.logProbabilities(ids, { stride }), logProbabilities, 1e-4);
    },
  );

  it('say of each token whether another was likelier in its place', async () => {
    const written = await tokensOf([[41, 29]], greedy); // the likeliest each time
    const { likeliest } = await generator.scoreTokens([41, 29, ...idsOf(written)]);
    expect([...likeliest.slice(1)]).toEqual(written.map(() => 1));
    const other = idsOf(written).map((id) => (id + 1) % 50);
    expect((await generator.scoreTokens([41, 29, other[0]])).likeliest[1]).toBe(0);
  });

  it('are none for a text of one token, or of none', async () => {
    expect(await generator.logProbabilities([3])).toHaveLength(0);
    expect(await generator.logProbabilities([])).toHaveLength(0);
  });

  it('are refused for ids that the vocabulary lacks', async () => {
    await expect(generator.logProbabilities([1, 2, 50])).rejects.toThrow('text: expected ids from 0 to 49');
    await expect(generator.logProbabilities([1, 2, 3], { stride: 17 })).rejects.toThrow('stride: expected');
  });

  it('make a perplexity and bits per byte', async () => {
    const logs = await generator.logProbabilities(ids, { stride: 8 });
    const expected = cases.find(({ stride }) => stride === 8)?.logProbabilities ?? [];
    const loss = -expected.reduce((sum, value) => sum + value, 0) / 36;
    const figures = textFigures(logs, 72);
    expect(figures.perplexity / Math.exp(loss)).toBeCloseTo(1, 4);
    expect(figures.bitsPerByte).toBeCloseTo(loss / Math.LN2 / 2, 4);
  });
});

describe('generated text', () => {
  const letters = (ids: readonly number[]): string =>
    ids.map((id) => String.fromCodePoint(0x61 + (id % 26))).join('');
  const prompt = [5]; // continued by 36, 0, 0, 41, 41, … that is k, a, a, p, p, …

  async function textOf(stop: string[]): Promise<{ text: string; finish?: string }> {
    let text = '';
    let finish: string | undefined;
    const source = {
      generate: (options: GenerationOptions) => generator.generate([prompt], options),
      count: 1,
      decode: letters,
    };
    for await (const piece of generateText(source, { ...greedy, stop })) {
      text += piece.text;
      finish = piece.finish;
    }
    return { text, ...(finish !== undefined && { finish }) };
  }

  it('ends at a stop sequence of several tokens, without any of it', async () => {
    expect(await textOf(['app'])).toEqual({ text: 'ka', finish: 'stopped' });
  });

  it('has what was held back where the stop sequence never came whole', async () => {
    expect(await textOf(['pppppppq'])).toEqual({ text: 'kaappppppp', finish: 'length' });
  });
});
