// The example of a Korean help from its package to service, cut down to 25 pages and seconds: the model files are the
// example's own, with smaller sizes and a package of a registry on loopback.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../../contracts/model-spec/model-spec.ts';
import helpKo from '../../examples/help-ko/help-ko.model.ts';
import helpTitles from '../../examples/help-ko/help-titles.model.ts';
import helpTopics from '../../examples/help-ko/help-topics.model.ts';
import { koreanPages, koreanText, koreanTitles } from '../support/korean-pages.ts';
import { type NpmRegistry, openNpmRegistry } from '../support/npm-registry.ts';
import { type OwnStack, openOwnStack } from '../support/own-stack.ts';
import { poll } from '../support/poll.ts';

const sample = '나는 오늘 맛있는 밥을 먹었다.';

let registry: NpmRegistry;
let stack: OwnStack;
beforeAll(async () => {
  const named = Object.entries(koreanPages).map(([path, html]) => [`text/${path}`, html] as const);
  const described = JSON.stringify({ name: 'help-ko', version: '1.2.0', license: 'CC0-1.0' });
  registry = await openNpmRegistry('help-ko', {
    'package.json': described,
    ...Object.fromEntries(named),
  });
  stack = await openOwnStack('help-ko', registry.environment);
}, 240_000);
afterAll(async () => {
  await stack.close();
  await registry.close();
}, 60_000);

/** Runs an example's model file with other sizes, on the small package. */
async function runSmall(definition: ModelDefinition, smaller: Partial<ModelDefinition>): Promise<unknown> {
  const [source] = definition.collection.sources;
  const small = { ...source, registry: 'npm', package: 'help-ko', folder: 'text' };
  const collection = { ...definition.collection, sources: [small] };
  const file = join(stack.folder, `${definition.name}.model.mjs`);
  await writeFile(file, `export default ${JSON.stringify({ ...definition, ...smaller, collection })};`);
  const { code, out, err } = await stack.coppice('run', file, '--json');
  if (code !== 0) throw new Error(`${definition.name}:\n${out}\n${err}`);
  return JSON.parse(out);
}

/** Asks the gateway, as soon as the version is in service. */
function ask<Answer>(path: string, question: object): Promise<Answer> {
  return poll(
    `an answer of ${path}`,
    async () => {
      const { statusCode, body } = await request(new URL(path, stack.environment.GATEWAY_URL), {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify(question),
      });
      const answer = (await body.json()) as Answer;
      return statusCode === 200 ? answer : undefined;
    },
    60_000,
  );
}

/** What a model writes behind a prompt by the likeliest token each time, up to a line's end. */
async function continued(model: string, prompt: string): Promise<string> {
  const question = { model, prompt, max_tokens: 8, temperature: 0, stop: '\n' };
  const { choices } = await ask<{ choices: { text: string }[] }>('/v1/completions', question);
  return choices[0].text;
}

const decoder = {
  tokenizer: { algorithm: 'bpe', vocabularySize: 700 },
  model: { architecture: 'gpt2', layers: 2, hiddenSize: 64, heads: 2, contextLength: 96 },
} as const;
const language = { epochs: 60, batchSize: 4, learningRate: 3e-3, dropout: 0 };

describe('the example of a Korean help', () => {
  it('continues 나는 by the word that follows it most often in the pages', async () => {
    const told = await runSmall(helpKo, {
      ...decoder,
      training: { pretraining: language },
      evaluation: { holdout: 10, samples: [sample], prompts: ['나는', '머리글', '꼬리말'] },
    });
    expect(told).toMatchObject({ outcome: 'registered', version: 1 });
    expect(await continued('help-ko', '나는')).toMatch(/^ 오늘/);
  }, 600_000);

  it('reports how likely a sentence is token by token, and that what stands around every page was not read', async () => {
    const address = new URL('/models/help-ko/versions/1/report', stack.environment.CONTROL_URL);
    const report = await (await request(address)).body.text();
    const [, strip = '', ln, perplexity, count] =
      /<bdi>나는 오늘 맛있는 밥을 먹었다\.<\/bdi>[^]*?<ol class="tokens">([^]*?)<\/ol>[^]*?natural logarithm −([\d.]+)\); perplexity ([\d.,]+) over (\d+) tokens/.exec(
        report,
      ) ?? [];
    const tokens = [...strip.matchAll(/<bdi>[^<]+<\/bdi><small>[\d.]/g)];
    expect(tokens).toHaveLength(Number(count));
    expect(Math.log(Number(perplexity.replaceAll(',', '')))).toBeCloseTo(Number(ln) / Number(count), 2);
    const [prompts] = report.slice(report.indexOf('How it continues')).split('</section>', 1);
    const corpus = [...prompts.matchAll(/<th scope="row"><bdi>([^<]+)[^]*?<td>([^]*?)<\/td><\/tr>/g)];
    const followers = corpus.map(([, prompt, cells]) => [prompt, /never followed by a word/.test(cells)]);
    expect(followers).toEqual([
      ['나는', false],
      ['머리글', true],
      ['꼬리말', true],
    ]);
  });

  it('gives pages that it was trained on their titles', async () => {
    const { training } = helpTitles;
    const told = await runSmall(helpTitles, {
      ...decoder,
      training: {
        pretraining: language,
        supervisedFineTuning: {
          ...{ template: { prompt: '' }, ...training?.supervisedFineTuning },
          ...{ epochs: 40, batchSize: 4, learningRate: 2e-3, dropout: 0 },
        },
      },
      evaluation: { holdout: 10 },
    });
    expect(told).toMatchObject({ outcome: 'registered', version: 1 });
    const answered = await Promise.all(
      koreanTitles.map(
        async (title) => (await continued('help-titles', `${koreanText(title)}\n\n제목: `)) === title,
      ),
    );
    expect(answered.filter((isRight) => isRight).length).toBeGreaterThanOrEqual(12); // of 15
  }, 600_000);

  it('tells what a page is about, judged on pages of both topics', async () => {
    const told = await runSmall(helpTopics, {
      tokenizer: { algorithm: 'wordpiece', vocabularySize: 600 },
      model: { architecture: 'bert', layers: 1, hiddenSize: 64, heads: 2, contextLength: 48 },
      training: { fineTuning: { epochs: 40, batchSize: 4, learningRate: 3e-3, dropout: 0 } },
      evaluation: { holdout: 10 },
    });
    expect(told).toMatchObject({ outcome: 'registered', version: 1 });
    const topics = ['김치', '텃밭'].map(async (title) => {
      const question = { model: 'help-topics', input: koreanText(title) };
      return (await ask<{ label: string }>('/v1/classifications', question)).label;
    });
    expect(await Promise.all(topics)).toEqual(['kitchen', 'garden']); // the page that both share is none
  }, 600_000);
});
