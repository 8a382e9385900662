// A classifier of tokens as its user meets it, on a stack of its own: from texts and label lines to a version that is exported,
// compared and traced, whose figures are those that its exported files give when they are counted by hand.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelledSpan } from '../../contracts/document.ts';
import { loadOnnxTokenClassifier } from '../../runtimes/onnx/token-classifier.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import { type OwnStack, openOwnStack } from '../support/own-stack.ts';
import { marked } from '../support/span-world.ts';

let stack: OwnStack;
beforeAll(async () => {
  stack = await openOwnStack('entities');
  await writeModel();
}, 240_000);
afterAll(() => stack.close(), 60_000);

const coppice = (...args: string[]) => stack.coppice(...args);
const jsonOf = async (...args: string[]): Promise<unknown> =>
  JSON.parse((await coppice(...args, '--json')).out);

const people = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', '김철수', '이영희', '박민수'];
const places = ['London', 'Paris', 'Seoul', '서울', '부산', '대전'];
const sentences = [
  (person: string, place: string) => `[${person}](person) came to [${place}](place) by train.`,
  (person: string, place: string) => `In [${place}](place) nobody knew [${person}](person) then.`,
  (person: string, place: string) => `어제 [${person}](person) 씨가 [${place}](place) 시내를 걸었다.`,
  (person: string, place: string) => `[${place}](place) 날씨가 좋다고 [${person}](person) 씨가 말했다.`,
];
const documents = Array.from({ length: 72 }, (_, index) => {
  const [person, place] = [people[(index * 5) % 6], places[(index + Math.floor(index / 6)) % 6]];
  const text = `${sentences[index % 4](person, place)} (${index})`; // none is another's copy: that would be forgotten with it
  return { name: `${String(index).padStart(2, '0')}.txt`, ...marked(text) };
});
const heldOut = documents.slice(-24);

/** Lines that are set aside: a span behind its text, two that overlap, and a document that nobody collected. */
const badLines = [
  { document: 'notes/00-short.txt', spans: [{ start: 0, end: 500, label: 'person' }] },
  {
    document: 'notes/00-short.txt',
    spans: [
      { start: 0, end: 5, label: 'a' },
      { start: 3, end: 8, label: 'b' },
    ],
  },
  { document: 'notes/gone.txt', spans: [{ start: 0, end: 3, label: 'person' }] },
];

async function writeModel(): Promise<void> {
  await mkdir(join(stack.folder, 'texts'));
  await mkdir(join(stack.folder, 'spans'));
  for (const { name, text } of documents) await writeFile(join(stack.folder, 'texts', name), text);
  await writeFile(join(stack.folder, 'texts', '00-short.txt'), 'Nobody labelled this rightly.');
  const lines = documents.map(({ name, spans }) => ({ document: `notes/${name}`, spans }));
  const text = [...lines, ...badLines].map((line) => JSON.stringify(line)).join('\n');
  await writeFile(join(stack.folder, 'spans', 'first.jsonl'), text);
  const definition = {
    ...{ name: 'names', task: 'token-classification' },
    collection: {
      sources: [{ kind: 'files', name: 'notes', path: './texts' }],
      labels: [{ kind: 'label-files', path: './spans' }],
    },
    cleaning: { steps: [{ step: 'normalize-unicode' }] },
    tokenizer: { vocabularySize: 600, minimumFrequency: 1 },
    model: { layers: 1, hiddenSize: 32, heads: 2, contextLength: 32 },
    training: {
      fineTuning: {
        ...{ epochs: 40, learningRate: 1e-2, batchSize: 8, dropout: 0.05, tokenNoise: 0 },
        ...{ classWeights: 'balanced', earlyStopping: { patience: 12, share: 0.2 } },
      },
    },
    evaluation: { holdout: 24, gates: [{ kind: 'at-least', metric: 'entityF1', bound: 0.8 }] },
  };
  await writeFile(modelFile(), `export default ${JSON.stringify(definition)};`);
}
const modelFile = () => join(stack.folder, 'names.model.mjs');

interface Told {
  readonly run: string;
  readonly outcome: string;
  readonly version: number;
  readonly reasons: string[];
  readonly metrics: Record<string, number>;
}
let first: Told;

describe('a classifier of tokens', () => {
  it('is planned before anything is collected', async () => {
    const plan = await jsonOf('run', modelFile(), '--dry-run');
    expect(plan).toMatchObject({
      documents: { source: 'files' },
      phases: [{ phase: 'fine-tuning', rowsAtOnce: 8, rowsThatFit: 8 }],
    });
  });

  it('is registered, and whoever ran it is told that no gateway serves it and what was set aside', async () => {
    const run = await coppice('run', modelFile(), '--json');
    first = JSON.parse(run.out) as Told;
    expect(run.err).toMatch(/collection +done .* 72 labels, 3 set aside/);
    expect(run.err).toMatch(/evaluation +done .* F1 of entities [01]\.\d/);
    expect(first).toMatchObject({ outcome: 'registered', version: 1 });
    expect(first.reasons).toContainEqual(
      expect.stringContaining('gateways do not serve token-classification'),
    );
    expect(first.metrics.entityF1).toBeGreaterThan(0.8);
  }, 480_000);

  it('is exported as transformers reads it, and its files give the figures that it was judged by', async () => {
    const folder = join(stack.folder, 'exported');
    expect((await coppice('export', 'names@1', folder)).code).toBe(0);
    const config = await readFile(join(folder, 'config.json'), 'utf8');
    const tags = ['O', 'B-person', 'I-person', 'B-place', 'I-place'];
    expect(JSON.parse(config)).toMatchObject({
      architectures: ['BertForTokenClassification'],
      id2label: Object.fromEntries(tags.map((tag, index) => [index, tag])),
    });
    const tagger = loadOnnxTokenClassifier({
      config,
      weights: await readFile(join(folder, 'model.safetensors')),
    });
    const tokenizer = await loadTokenizer(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
    const counts = { labelled: 0, answered: 0, found: 0 };
    for (const { text, spans } of heldOut) {
      const { ids, length } = await tokenizer.encode(text, 32);
      const { classes } = await tagger.tag(ids.slice(0, length));
      const [words] = await tokenizer.words([text]);
      const answered = spansOf(
        words.map(({ start, end, token }) => ({ start, end, tag: tags[classes[token]] })),
      );
      counts.labelled += spans.length;
      counts.answered += answered.length;
      counts.found += spans.filter((span) => answered.some((it) => isSame(it, span))).length;
    }
    await tagger.close();
    expect(counts.labelled).toBe(48);
    expect(first.metrics.entityRecall).toBeCloseTo(counts.found / counts.labelled, 12);
    expect(first.metrics.entityPrecision).toBeCloseTo(counts.found / counts.answered, 12);
    expect(first.metrics.entityF1).toBeCloseTo((2 * counts.found) / (counts.labelled + counts.answered), 12);
  }, 60_000);

  it('comes out the same from the step cache when it is asked for again', async () => {
    const run = await coppice('run', modelFile(), '--json');
    const second = JSON.parse(run.out) as Told;
    expect(second.version).toBe(2);
    const versions = (await jsonOf('versions', 'names')) as { digest: string }[];
    expect(versions).toHaveLength(2);
    expect(new Set(versions.map(({ digest }) => digest)).size).toBe(1);
    const steps = (await jsonOf('explain-cache', second.run)) as { step: string; cached: boolean }[];
    expect(steps.map(({ step, cached }) => [step, cached])).toEqual([
      ['collection', false],
      ['cleaning', true],
      ['tokenization', true],
      ['token-selection', true],
      ['fine-tuning', true],
      ['token-evaluation', true],
    ]);
  }, 240_000);

  it('is compared with another version on the same documents', async () => {
    const { out, code } = await coppice('compare', 'names@1', 'names@2');
    expect(code).toBe(0);
    expect(out).toMatch(/entityF1 /);
    expect(out).toContain('judged on the same held-out documents');
  });

  it('does not enter traffic when a person asks for it either, and says why', async () => {
    const { out, err } = await coppice('promote', 'names@1', '--reason', 'I want it');
    expect(out + err).toContain('gateways do not serve token-classification');
  });

  it('is found from a document that it was trained on, until that is forgotten with its spans', async () => {
    const found = (await jsonOf('lineage', '--of', 'notes/05.txt')) as { versions: { version: number }[] };
    expect(found.versions.map(({ version }) => version)).toEqual([1, 2]);
    const { out, code } = await coppice('forget', 'notes/05.txt', '--delete');
    expect([code, out]).toEqual([0, expect.stringContaining('names@1 is marked for retraining')]);
    const again = await coppice('run', modelFile(), '--json');
    expect(again.err).toMatch(/collection +done .* 71 labels, 3 set aside/);
  }, 480_000);
});

/** Entities as conlleval reads them, in offsets. */
function spansOf(words: readonly { start: number; end: number; tag: string }[]): LabelledSpan[] {
  const spans: LabelledSpan[] = [];
  let before = 'O';
  for (const { start, end, tag } of words) {
    const label = tag.slice(2);
    const goesOn = tag.startsWith('I-') && before.slice(2) === label;
    const last = spans.at(-1);
    if (goesOn && last) spans[spans.length - 1] = { ...last, end };
    else if (tag !== 'O') spans.push({ start, end, label });
    before = tag;
  }
  return spans;
}

const isSame = (a: LabelledSpan, b: LabelledSpan): boolean =>
  a.start === b.start && a.end === b.end && a.label === b.label;
