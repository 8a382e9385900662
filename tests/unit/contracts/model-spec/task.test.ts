import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../../../../contracts/model-spec/model-spec.ts';

const collection = { sources: [{ kind: 'files', name: 'documents', path: '/documents' }] };
const problemsOf = (file: object): string[] => {
  const parsed = parseModelSpec({ name: 'm', task: 'text-classification', collection, ...file });
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};
const language = {
  task: 'language-modelling',
  model: { preset: 'nano' },
  training: { pretraining: {} },
};

describe('a model file', () => {
  it('is taken for either task with the architecture that can do it', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf(language)).toEqual([]);
    expect(
      problemsOf({
        ...language,
        training: { pretraining: { objective: 'autoregressive' } },
        evaluation: {
          gates: [
            { kind: 'at-most', metric: 'perplexity', bound: 60 },
            { kind: 'no-worse-than-champion', metric: 'bitsPerByte', margin: 0.01 },
          ],
        },
      }),
    ).toEqual([]);
  });

  it('names every section that does not go with a classifier', () => {
    expect(
      problemsOf({
        model: { preset: 'gpt2' },
        training: { pretraining: { objective: 'masked', wholeWords: true } },
        evaluation: { gates: [{ kind: 'at-most', metric: 'perplexity', bound: 60 }] },
      }),
    ).toEqual([
      'training.pretraining.objective: gpt2 is pretrained as autoregressive',
      'training.pretraining.wholeWords: gpt2 masks no words',
      'evaluation.gates[0].metric: text-classification has accuracy, balancedAccuracy, precision, recall, f1, matthews, auc, averagePrecision, brier, logLoss, calibrationError, latencyP95Ms, packageBytes, leakage; not perplexity',
      'model.architecture: text-classification takes bert: a gpt2 has no classification head',
    ]);
  });

  it('says what a classifier of tokens takes: spans, their offsets, and figures of entities', () => {
    const tagger = { task: 'token-classification' };
    const normalized = { steps: [{ step: 'normalize-unicode', form: 'NFC' }] };
    const gates = [{ kind: 'at-least', metric: 'entityF1', bound: 0.5 }];
    expect(problemsOf({ ...tagger, cleaning: normalized, evaluation: { gates } })).toEqual([]);
    expect(
      problemsOf({
        ...tagger,
        collection: { ...collection, labels: [{ kind: 'document-title', source: 'documents' }] },
        cleaning: { steps: [...normalized.steps, { step: 'strip-html' }] },
        evaluation: {
          positiveLabel: 'PER',
          gates: [
            { ...gates[0], metric: 'accuracy' },
            { kind: 'no-worse-than-champion', metric: 'entityF1', margin: 0.01 },
          ],
        },
      }),
    ).toEqual([
      'evaluation.gates[0].metric: token-classification has entityPrecision, entityRecall, entityF1, macroEntityF1, tokenAccuracy, latencyP95Ms, packageBytes, leakage; not accuracy',
      'evaluation.gates[1].kind: gateways do not serve token-classification: no version is in service to be compared with',
      'evaluation.positiveLabel: takes text-classification: of entities every label is reported',
      'collection.labels[0]: token-classification learns from spans of documents; document-title labels a whole one',
      expect.stringMatching(
        /^cleaning\.steps\[1\]: token-classification takes normalize-unicode, .*: of strip-html nobody knows where its text came from$/,
      ),
    ]);
  });

  it('takes samples and prompts of whole characters for a language model, and none for a classifier', () => {
    const samples = ['나는 오늘 맛있는 밥을 먹었다.'];
    const pretrained = {
      task: 'language-modelling',
      model: { preset: 'nano' },
      training: { pretraining: {} },
    };
    expect(problemsOf({ ...pretrained, evaluation: { samples, prompts: ['나는'] } })).toEqual([]);
    expect(problemsOf({ evaluation: { samples } })).toEqual([
      'evaluation.samples: takes language-modelling: a classifier continues no text',
    ]);
    expect(problemsOf({ ...pretrained, evaluation: { prompts: [' ', 'a\ud800'] } })).toEqual([
      expect.stringMatching(/^evaluation\.prompts\[0\]: /),
      'evaluation.prompts[1]: expected whole characters, not half of a surrogate pair',
    ]);
  });

  it('takes a stride of a language model, up to its context', () => {
    const pretrained = {
      task: 'language-modelling',
      model: { preset: 'nano' },
      training: { pretraining: {} },
    };
    expect(problemsOf({ ...pretrained, evaluation: { stride: 128 } })).toEqual([]);
    expect(problemsOf({ ...pretrained, evaluation: { stride: 129 } })).toEqual([
      'evaluation.stride: expected 128 at most, the length of the context: a larger one leaves tokens out',
    ]);
    expect(problemsOf({ ...pretrained, evaluation: { stride: 0 } })[0]).toMatch(/^evaluation\.stride: /);
    expect(problemsOf({ evaluation: { stride: 64 } })).toEqual([
      'evaluation.stride: takes language-modelling: a classifier reads a document at once',
    ]);
  });

  it('takes a chat template of a language model alone', () => {
    expect(problemsOf({ serving: { chatTemplate: '{{ messages }}' } })).toEqual([
      'serving.chatTemplate: takes language-modelling: a classifier answers no messages',
    ]);
    expect(problemsOf({ serving: { chatTemplate: '' } })[0]).toMatch(/^serving\.chatTemplate: /);
  });

  it('names every section that does not go with a language model', () => {
    expect(
      problemsOf({
        task: 'language-modelling',
        ...{ rollout: { steps: [] }, serving: { precision: 'int8', batching: { maximumWaitMs: 5 } } },
        evaluation: {
          gates: [
            { kind: 'at-least', metric: 'f1', bound: 0.5 },
            { kind: 'no-worse-than-champion', metric: 'loss', margin: 0 },
          ],
        },
      }),
    ).toEqual([
      'evaluation.gates[0].metric: language-modelling has loss, perplexity, bitsPerByte, nextTokenAccuracy, latencyP95Ms, packageBytes, leakage; not f1',
      'evaluation.gates[1].metric: versions have vocabularies of their own: they compare by bitsPerByte, not by loss',
      'model.architecture: language-modelling takes gpt2: a bert does not continue a text',
      'training.pretraining: expected: a language model begins with it',
      'serving.precision: language models are served in float32',
      'serving.batching.maximumWaitMs: takes text-classification: texts of a language model join others at their next token',
      'rollout.steps: expected one at least: only traffic says whether a language model is fit to serve',
    ]);
  });

  it('judges slices of what documents have, and leaves no doubt about what has no interval', () => {
    const sliced = { kind: 'at-least', metric: 'f1', bound: 0.5, slice: 'source', inDoubt: 'fails' };
    expect(problemsOf({ evaluation: { gates: [sliced] } })).toEqual([]);
    expect(problemsOf({ evaluation: { gates: [{ ...sliced, slice: 'colour' }] } })).toEqual([
      expect.stringMatching(/^evaluation\.gates\[0\]\.slice: .*"language"/),
    ]);
    const bits = { kind: 'at-most', metric: 'bitsPerByte', bound: 2 };
    const gates = [
      { ...bits, slice: 'language', inDoubt: 'fails' },
      { ...bits, slice: 'label' },
      { ...bits, metric: 'answerLoss', slice: 'source', inDoubt: 'passes' },
    ];
    const found = { kind: 'at-least', metric: 'entityF1', bound: 0.5, slice: 'label' };
    expect(
      problemsOf({
        task: 'token-classification',
        evaluation: { gates: [found, { ...found, metric: 'tokenAccuracy' }] },
      }),
    ).toEqual(['evaluation.gates[1].slice: tokenAccuracy is of words, most of which have no label']);
    const answering = {
      collection: { ...collection, labels: [{ kind: 'document-title', source: 'documents' }] },
      training: { pretraining: {}, supervisedFineTuning: { template: { prompt: '{text}' } } },
    };
    expect(problemsOf({ ...language, ...answering, evaluation: { gates } })).toEqual([
      'evaluation.gates[1].slice: documents of language-modelling have no label to be cut by',
    ]);
  });

  it('bounds what a version may cost from above only, and as a whole', () => {
    const cost = { kind: 'at-most', metric: 'latencyP95Ms', bound: 20 };
    expect(problemsOf({ evaluation: { gates: [cost] } })).toEqual([]);
    const gates = [
      { ...cost, kind: 'at-least' },
      { ...cost, slice: 'source', inDoubt: 'fails', confidence: 0.9 },
    ];
    expect(problemsOf({ evaluation: { gates } })).toEqual([
      'evaluation.gates[0].kind: latencyP95Ms is better the lower it is: it takes at-most',
      'evaluation.gates[1].inDoubt: latencyP95Ms has no interval that could leave a doubt',
      'evaluation.gates[1].confidence: latencyP95Ms has no interval that could leave a doubt',
      'evaluation.gates[1].slice: latencyP95Ms is of a version, not of documents',
    ]);
  });

  it('splits by group only where it is said what the groups are', () => {
    const problemsOfSplit = (split: object, file: object = {}) =>
      problemsOf({ ...file, evaluation: { split } });
    for (const split of [{ by: 'hash' }, { by: 'time' }, { by: 'group', group: 'id', idUpTo: '#' }])
      expect(problemsOfSplit(split)).toEqual([]);
    expect(problemsOfSplit({ by: 'group' })).toEqual([
      'evaluation.split.group: expected one of source, host, id: what no two sides may share',
    ]);
    expect(problemsOfSplit({ by: 'hash', group: 'host', idUpTo: '#' })).toEqual([
      "evaluation.split.group: takes by: 'group'; by hash there are none",
      "evaluation.split.idUpTo: takes group: 'id'",
    ]);
    expect(problemsOfSplit({ by: 'hash' }, language)).toEqual([]);
    expect(problemsOfSplit({ by: 'time' }, { task: 'token-classification' })).toEqual([]);
  });

  it('has a language model learn answers from labels, and a classifier not', () => {
    const supervisedFineTuning = { template: { prompt: '{text}\n제목: ' } };
    const answers = { ...language, training: { pretraining: {}, supervisedFineTuning } };
    expect(problemsOf(answers)).toEqual([
      'collection.labels: expected one at least: labels are the answers to learn',
    ]);
    const labels = [{ kind: 'label-files', path: '/titles' }];
    expect(problemsOf({ ...answers, collection: { ...collection, labels } })).toEqual([]);
    const gates = (['answerLoss', 'rougeL'] as const).map((metric) => ({
      ...{ kind: 'no-worse-than-baselines' as const, metric, margin: 0 },
    }));
    expect(problemsOf({ ...answers, collection: { ...collection, labels }, evaluation: { gates } })).toEqual([
      'evaluation.gates[0].metric: baselines of language-modelling have exactMatch, tokenF1, rougeL, chrf, bleu; not answerLoss',
    ]);
    expect(problemsOf({ training: { supervisedFineTuning } })).toEqual([
      'training.supervisedFineTuning: text-classification learns from labels by fineTuning: it does not answer in words',
    ]);
  });

  it('says what is wrong with adapters', () => {
    const problemsWith = (lora: object, model: object = { preset: 'nano' }): string[] => {
      const supervisedFineTuning = { template: { prompt: '{text}: ' }, lora };
      const labels = [{ kind: 'label-files', path: '/titles' }];
      const training = { pretraining: {}, supervisedFineTuning };
      return problemsOf({ ...language, model, training, collection: { ...collection, labels } });
    };
    expect(problemsWith({})).toEqual([]);
    expect(problemsWith({ rank: 128, targets: ['c_fc', 'c_proj'] })).toEqual([]);
    expect(problemsWith({ rank: 129 })).toEqual([
      'training.supervisedFineTuning.lora.rank: expected 128 at most, the narrowest side of c_attn',
    ]);
    const narrow = { preset: 'nano', intermediateSize: 64 };
    expect(problemsWith({ rank: 128 }, narrow)).toEqual([]);
    expect(problemsWith({ rank: 65, targets: ['c_attn', 'c_fc'] }, narrow)).toEqual([
      'training.supervisedFineTuning.lora.rank: expected 64 at most, the narrowest side of c_attn, c_fc',
    ]);
    expect(problemsWith({ targets: ['c_attn', 'query'] })).toEqual([
      'training.supervisedFineTuning.lora.targets[1]: Invalid option: expected one of "c_attn"|"c_proj"|"c_fc"',
    ]);
    expect(problemsWith({ targets: ['c_fc', 'c_fc'] })).toEqual([
      'training.supervisedFineTuning.lora.targets: expected each once',
    ]);
    expect(problemsWith({ rank: 0, alpha: 0, targets: [] })).toHaveLength(3);
  });

  it('has a template with one place for the text', () => {
    for (const prompt of ['제목: ', '{text} {text}']) {
      const supervisedFineTuning = { template: { prompt } };
      expect(problemsOf({ ...language, training: { pretraining: {}, supervisedFineTuning } })).toContain(
        'training.supervisedFineTuning.template.prompt: expected {text} once',
      );
    }
  });
});
