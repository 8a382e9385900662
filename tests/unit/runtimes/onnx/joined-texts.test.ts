import { setMaxListeners } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { generate } from '../../../../pipeline/generation/generate.ts';
import { createJoinedTexts } from '../../../../pipeline/generation/joined-texts.ts';
import type { GptConfig } from '../../../../pipeline/model/gpt-config.ts';
import { writeGpt } from '../../../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../../../pipeline/model/layout.ts';
import { createRandom } from '../../../../pipeline/random.ts';
import { onnxGraphsOf } from '../../../../runtimes/onnx/decoder.ts';
import { loadOnnxGenerator } from '../../../../runtimes/onnx/generator.ts';

const config: GptConfig = {
  ...{ vocabularySize: 50, hiddenSize: 16, layers: 2, heads: 2, contextLength: 160, intermediateSize: 64 },
  ...{ layerNormEpsilon: 1e-5, dropout: 0 },
  geluApproximation: 'none',
};
const layout = gptLayout(config);
// Ten times the usual deviation: else hardly anything depends on the tokens before.
const parameters = initialParameters(layout, 1).map((value) => (value === 1 ? 1 : value * 10));
const model = { config, layout, parameters };
const generator = loadOnnxGenerator(writeGpt(model));
afterAll(() => generator.close());

const never = new AbortController().signal;
setMaxListeners(0, never);
const { integer } = createRandom(7);
/** Prompts of a token, of a part, and of several; texts that stay short, and some that outgrow the slots of others. */
const asked = Array.from({ length: 24 }, (_, seed) => ({
  prompt: Array.from({ length: [1, 5, 33, 70][seed % 4] }, () => integer(config.vocabularySize)),
  options: { maximumNewTokens: 3 + integer(80), seed, ...(seed % 3 === 0 && { temperature: 0 }) },
}));
const idsOf = async (steps: AsyncIterable<readonly { readonly id: number }[]>): Promise<number[]> => {
  const ids: number[] = [];
  for await (const step of steps) ids.push(...step.map(({ id }) => id));
  return ids;
};

describe('texts that are joined', () => {
  it('are what each is alone, whoever comes and leaves meanwhile', async () => {
    const steps: number[] = [];
    const texts = generator.joined({ rows: 5, onStep: (count) => steps.push(count) });
    const found = await Promise.all(
      asked.map(async ({ prompt, options }, index) => {
        await new Promise((resolve) => setTimeout(resolve, 3 * index));
        return texts.make((decoder) => idsOf(generate(decoder, [prompt], options)), never);
      }),
    );
    await texts.close();
    for (const [index, { prompt, options }] of asked.entries())
      expect(found[index], `text ${index}`).toEqual(await idsOf(generator.generate([prompt], options)));
    expect(Math.max(...steps)).toBe(5);
    const tokens = found.reduce((sum, { length }) => sum + length, 0);
    expect(steps.length).toBeLessThan(tokens / 2);
  });

  it('are drawn otherwise for each row of a seed, as those of one request are', async () => {
    const texts = generator.joined({ rows: 2, onStep: () => undefined });
    const options = { maximumNewTokens: 9, seed: 4 };
    const rows = await Promise.all(
      [0, 1].map((firstRow) =>
        texts.make((decoder) => idsOf(generate(decoder, [[1, 2]], { ...options, firstRow })), never),
      ),
    );
    await texts.close();
    const together: number[][] = [[], []];
    const prompts = [
      [1, 2],
      [1, 2],
    ];
    for await (const step of generator.generate(prompts, options))
      for (const { row, id } of step) together[row].push(id);
    expect(rows).toEqual(together);
    expect(rows[0]).not.toEqual(rows[1]);
  });

  it('leave their place at their next token where nobody reads on, and while they wait at once', async () => {
    const texts = generator.joined({ rows: 1, onStep: () => undefined });
    const leaving = new AbortController();
    const reason = new Error('gone');
    const options = { maximumNewTokens: 80, signal: leaving.signal };
    const first = texts.make(async (decoder) => {
      for await (const { length } of generate(decoder, [[1]], options)) leaving.abort(length > 0 && reason);
    }, leaving.signal);
    const waiting = texts.make(() => Promise.resolve(), leaving.signal);
    await expect(waiting).rejects.toBe(reason);
    await expect(first).rejects.toBe(reason);
    const next = await texts.make(
      (decoder) => idsOf(generate(decoder, [[1]], { maximumNewTokens: 2 })),
      never,
    );
    expect(next).toHaveLength(2);
    await texts.close();
  });

  it('all fail where a step does, and what comes next is computed', async () => {
    const open = onnxGraphsOf(model, 1);
    let isBroken = true;
    const texts = createJoinedTexts(config, {
      ...{ rows: 4, onStep: () => undefined },
      open: async (outputs) => {
        const session = await open(outputs);
        const broken = () => Promise.reject(new Error('out of memory'));
        return { ...session, run: (inputs) => (isBroken ? broken() : session.run(inputs)) };
      },
    });
    const make = () =>
      texts.make((decoder) => idsOf(generate(decoder, [[1]], { maximumNewTokens: 2 })), never);
    const outcomes = await Promise.allSettled([make(), make()]);
    expect(outcomes).toEqual([0, 1].map(() => expect.objectContaining({ status: 'rejected' }) as unknown));
    isBroken = false;
    expect(await make()).toHaveLength(2);
    await texts.close();
  });

  it('find every size ready once it is warm', async () => {
    const opened: number[] = [];
    const open = onnxGraphsOf(model, 1);
    const texts = createJoinedTexts(config, {
      ...{ rows: 6, onStep: () => undefined },
      open: (outputs) => {
        opened.push(1);
        return open(outputs);
      },
    });
    await texts.warmUp();
    const { length } = opened;
    await Promise.all(
      asked.map(({ prompt, options }) =>
        texts.make((decoder) => idsOf(generate(decoder, [prompt], options)), never),
      ),
    );
    expect(opened).toHaveLength(length);
    await texts.close();
  });
});
