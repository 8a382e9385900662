import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { GateSpec } from '../../../contracts/model-spec/judgement.ts';
import { languageFigures } from '../../../pipeline/evaluation/language-figures.ts';
import { answeringChatTemplate, plainChatTemplate } from '../../../pipeline/generation/chat-template.ts';
import { loadOnnxGenerator } from '../../../runtimes/onnx/generator.ts';
import { loadTokenizer } from '../../../runtimes/tokenizers/tokenizer.ts';
import { exampleSearch } from '../../support/example-search.ts';
import { artifacts, documents, evaluate, sentence, smallModel } from '../../support/judged-language-model.ts';

describe('the evaluation of a language model', () => {
  it('tells loss, perplexity, bits per byte and token accuracy with intervals, and packs what transformers reads', async () => {
    const { result, page } = await evaluate([]);
    const { loss, perplexity, bitsPerByte, nextTokenAccuracy } = result.metrics;
    expect(perplexity).toBeCloseTo(Math.exp(loss), 6);
    expect(loss).toBeGreaterThan(1); // it was not trained
    const bytes = documents.slice(-20).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const tokens = Math.round((bitsPerByte * Math.LN2 * bytes) / loss);
    expect(Math.round(nextTokenAccuracy * tokens)).toBeCloseTo(nextTokenAccuracy * tokens, 6); // a whole number of them
    for (const name of ['loss', 'perplexity', 'bitsPerByte', 'nextTokenAccuracy']) {
      const [low, high] = result.intervals[name];
      expect(low).toBeLessThanOrEqual(result.metrics[name]);
      expect(high).toBeGreaterThanOrEqual(result.metrics[name]);
    }
    expect(result.outcome).toBe('accepted');
    const { files } = await artifacts.readDirectory(result.package);
    expect(Object.keys(files).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessing.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(page).toContain(`${tokens} tokens, ${bytes.toLocaleString('en')} bytes of 20 documents`);
    expect(page).toContain('No version is in service yet to compare with');
  });

  it('reads what was held out by sliding windows where the model file states a stride, and says so', async () => {
    const apart = await evaluate([]);
    const sliding = await evaluate([], { stride: 8 });
    expect(sliding.result.metrics.loss).not.toBe(apart.result.metrics.loss);
    expect(sliding.page).toContain('each 8 tokens behind the one before (stride)');
    expect(apart.page).toContain('which do not overlap (stride: the context)');
  });

  it('packs the chat template that the model file states, or that of its training', async () => {
    const templateOf = async (stated: { answer?: string; chatTemplate?: string }) => {
      const { files } = await artifacts.readDirectory((await evaluate([], stated)).result.package);
      const config = z.object({ chat_template: z.string() });
      return (await artifacts.readJson(files['tokenizer_config.json'], config)).chat_template;
    };
    expect(await templateOf({})).toBe(plainChatTemplate);
    expect(await templateOf({ answer: '밥' })).toBe(answeringChatTemplate('{text}='));
    expect(await templateOf({ answer: '밥', chatTemplate: '{{ messages }}' })).toBe('{{ messages }}');
  }, 60_000);

  it('cuts what is held out into slices, looks for leaks, and times what will be served', async () => {
    const { page, report } = await evaluate([
      { kind: 'at-most', metric: 'bitsPerByte', bound: 0.01, slice: 'language' },
      { kind: 'at-most', metric: 'latencyP95Ms', bound: 60_000 },
      { kind: 'at-most', metric: 'packageBytes', bound: 10 },
      { kind: 'at-most', metric: 'leakage', bound: 0 },
    ]);
    const { slices, leakage, served, verdict, hardest } = report;
    expect(slices.find(({ by }) => by === 'source')).toMatchObject({ documents: 20, metric: 'bitsPerByte' });
    expect(slices.filter(({ by }) => by === 'length').length).toBeGreaterThan(1);
    expect(leakage).toMatchObject({ heldOut: 20, exact: 0 });
    expect(served.texts).toBe(20);
    expect(served.latencyP95Ms).toBeGreaterThan(0);
    expect(hardest[0].bitsPerByte).toBeGreaterThanOrEqual(hardest[9].bitsPerByte);
    expect(verdict.gates.map(({ passed }) => passed)).toEqual([false, true, false, true]);
    expect(verdict.gates[0].reason).toMatch(/^language “ko” \(20 documents\): Bits per byte is /);
    for (const title of ['Slices', 'Leakage', 'Speed and size', 'Hardest documents'])
      expect(page).toContain(`<h2>${title}</h2>`);
  });

  it('compares the trials of a search in report and evidence', async () => {
    const search = exampleSearch('pretraining');
    const { page, report } = await evaluate([], { search });
    expect(page).toMatch(/<h2>How its hyperparameters were found<\/h2>[^]*<strong>kept<\/strong>/);
    expect(page).toContain('Trial 2, which was kept');
    expect(report.search).toEqual(search);
  });

  it('is held against gates on them, and says by how much one failed', async () => {
    const { result } = await evaluate([
      { kind: 'at-most', metric: 'perplexity', bound: 9_000 },
      { kind: 'at-most', metric: 'bitsPerByte', bound: 0.1, inDoubt: 'passes' },
    ]);
    expect(result.outcome).toBe('rejected');
    expect(result.gates).toMatchObject([
      { gate: 'Perplexity at most 9000', passed: true },
      {
        passed: false,
        reason: expect.stringMatching(
          /^Bits per byte is .* above the bound of 0\.100, which shows it to fail$/,
        ) as string,
      },
    ]);
  });

  it('is held against the version in service, measured on the same documents', async () => {
    const gates: GateSpec[] = [{ kind: 'no-worse-than-champion', metric: 'bitsPerByte', margin: 0.1 }];
    const rival = (loss: number) => ({
      version: 3,
      figures: languageFigures(loss, { documents: 20, tokens: 500, bytes: 1_200 }),
    });
    const worse = await evaluate(gates, { champion: rival(0.1) });
    expect(worse.result.gates[0]).toMatchObject({
      passed: false,
      reason: expect.stringContaining("above the champion's 0.060 with a margin of 0.1") as string,
    });
    expect((await evaluate(gates, { champion: rival(30) })).result.outcome).toBe('accepted');
    expect((await evaluate(gates)).result.outcome).toBe('accepted'); // none is in service
  });

  it('tells the paired difference to the version in service where that was measured document by document', async () => {
    const each = (value: number) => Array.from({ length: 20 }, () => value);
    const losses = { losses: each(3), tokens: each(10), likeliest: each(5), bytes: each(60) };
    const figures = {
      ...languageFigures(0.3, { documents: 20, tokens: 200, bytes: 1_200 }),
      byDocument: await artifacts.putJson(losses),
    };
    const { page, report } = await evaluate(
      [{ kind: 'no-worse-than-champion', metric: 'bitsPerByte', margin: 0, inDoubt: 'fails' }],
      { champion: { version: 3, figures } },
    );
    expect(report.verdict.gates[0]).toMatchObject({
      passed: false,
      reason: expect.stringContaining('paired, the difference is') as string,
    });
    expect(page).toContain('Version 3, in service');
    expect(page).toMatch(/which is less: the difference is \d/);
    expect(page).toMatch(/Token accuracy<small>[^]*?0\.500/);
  });

  it('tells how likely a text is, token by token, their product and its perplexity', async () => {
    const { page, report } = await evaluate([], { samples: [sentence] });
    const [{ text, tokens, logProbability, perplexity }] = report.samples;
    expect(text).toBe(sentence);
    expect(tokens.map(({ token }) => token).join('')).toBe(sentence); // no character was cut
    const product = tokens.reduce((so, { probability }) => so * probability, 1);
    expect(Math.log(product)).toBeCloseTo(logProbability, 6);
    expect(perplexity).toBeCloseTo(product ** (-1 / tokens.length), 6);
    expect(page).toMatch(/Product \d\.\d × 10<sup>−\d+<\/sup> .*; perplexity \d/);
  });

  it('continues prompts, and says what follows them in what was trained on', async () => {
    const { page, report } = await evaluate([], { prompts: ['나는'] });
    const [{ prompt, likeliest, greedy, inCorpus }] = report.continuations;
    expect({ prompt, likeliest: likeliest.length }).toEqual({ prompt: '나는', likeliest: 5 });
    expect(greedy).not.toBe('');
    const words = [
      { word: '오늘', count: 2 },
      { word: '학교에', count: 1 },
    ];
    expect(inCorpus).toEqual({ times: 3, words });
    expect(page).toContain('of 3 times');
    expect(report.writing).toMatchObject({ texts: 2, memorisation: { order: 5 } }); // likeliest and by chance
    expect(page).toContain('<h2>What it writes</h2>');
  });

  it('takes sentences that were held out where the spec names no sample, and continues their beginnings', async () => {
    const { report } = await evaluate([]);
    const sampled = [1, 7, 14].map((index) => `나는 ${index}번 문을 열고 나갔다.`);
    expect(report.samples.map(({ text }) => text)).toEqual(sampled);
    expect(report.continuations.map(({ prompt }) => prompt)).toEqual(
      [1, 7, 14].map((index) => `나는 ${index}번 문을`),
    );
  });

  it('asks a model that was taught to answer, and shows what it answered beside what was expected', async () => {
    const gates: GateSpec[] = [{ kind: 'at-least', metric: 'exactMatch', bound: 0.5 }];
    const wrong = await evaluate(gates, { answer: '밥' });
    expect(wrong.result).toMatchObject({ outcome: 'rejected', metrics: { exactMatch: 0 } });
    const [{ prompt, answered }] = wrong.report.answering?.answers ?? [];
    expect(prompt).toBe('나는 오늘=');
    expect(answered.trim()).not.toBe('');
    expect(wrong.page).toContain('it answered 0 to the letter');
    const right = await evaluate(gates, { answer: ` ${answered.normalize('NFD')}\n` });
    expect(right.result).toMatchObject({ outcome: 'accepted', metrics: { exactMatch: 1 } });
    expect(right.page).toContain('it answered 1 to the letter');
  });

  it('measures each held-out answer behind its own prompt, and judges what they cost', async () => {
    const gates: GateSpec[] = [
      { kind: 'at-most', metric: 'answerLoss', bound: 1, inDoubt: 'passes' },
      { kind: 'at-most', metric: 'answerPerplexity', bound: 9_000, slice: 'source' },
    ];
    const { result, report, page } = await evaluate(gates, { answer: '밥' });
    const { json, files } = await smallModel();
    const generator = loadOnnxGenerator(files);
    const ids: number[][] = [];
    const { encodeWhole, sepId } = await loadTokenizer(json);
    for await (const chunk of encodeWhole(['나는 오늘=', '밥'])) ids.push(...chunk.map((of) => [...of]));
    const scored = await generator.logProbabilities([...ids.flat(), sepId]);
    await generator.close();
    const expected = scored.slice(ids[0].length - 1);
    const loss = -expected.reduce((sum, it) => sum + it, 0) / expected.length;
    expect(result.metrics.answerLoss).toBeCloseTo(loss, 5);
    expect(result.metrics.answerPerplexity).toBeCloseTo(Math.exp(loss), 2);
    expect(result.intervals.answerLoss).toEqual([result.metrics.answerLoss, result.metrics.answerLoss]); // of one answer
    expect(result.gates[0].reason).toContain('which shows it to fail');
    expect(result.gates[1].reason).toBe(
      'no source has a value of Perplexity of answers on 20 documents or more',
    );
    expect(report.answerLossSlices).toContainEqual(
      expect.objectContaining({ by: 'source', documents: 1, metric: 'answerLoss' }),
    );
    expect(page).toContain('with 95 % bootstrap intervals over answers');
  });

  it('answers as the baselines do beside it, and is held against them', async () => {
    const gates: GateSpec[] = [
      { kind: 'at-least', metric: 'chrf', bound: 0 },
      { kind: 'no-worse-than-baselines', metric: 'rougeL', margin: 0.1 },
    ];
    const { result, report } = await evaluate(gates, { answer: '학교' });
    expect(report.answering?.answers[0]).toMatchObject({
      lead: '나는 1번 문을 열고 나갔다.',
      retrieved: '학교', // the nearest of three: it alone has 갔다 and 나는
    });
    expect(Object.keys(result.metrics)).toEqual(
      expect.arrayContaining(['exactMatch', 'tokenF1', 'rougeL', 'chrf', 'bleu']),
    );
    expect(result.intervals.chrf).toHaveLength(2);
    expect(report.answering?.measures?.signatures.rougeL).toContain('tok:mixed');
    expect(result.gates[1]).toMatchObject({
      passed: false,
      reason: expect.stringContaining('below Answer of the nearest document (tf-idf)’s 1.000') as string,
    });
  });

  it('draws what each head of each layer looked at', async () => {
    const { page, report } = await evaluate([], { samples: [sentence] });
    const [{ tokens, layers }] = report.attention;
    expect(tokens[0]).toBe('나는');
    expect(layers.map((heads) => heads.length)).toEqual([2, 2]);
    const [first] = layers[0][0].levels.split(' ');
    expect(Number(first[0])).toBe(9); // the first token sees nothing but itself
    expect(Number(first.slice(1))).toBe(0);
    expect(page).toContain('Layer 2, head 2');
  });

  it('lets no text become markup', async () => {
    const { page } = await evaluate([], {
      text: '<script>alert(1)</script>',
      samples: ['<script>'],
      prompts: ['<script>'],
    });
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
  });
});
