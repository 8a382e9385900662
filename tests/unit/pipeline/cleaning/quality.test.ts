// Against tests/golden/quality.json: what datatrove 0.10 decides, and how spaCy 3.8 parts words.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type CleaningStepSpec, cleaningSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { createWordSplitter } from '../../../../pipeline/cleaning/words/word-splitter.ts';
import { collected } from './documents.ts';

const language = z.enum(['en', 'ko']);
const decision = z.object({ reason: z.string().optional(), text: z.string().optional() });
const golden = z
  .object({
    documents: z.array(
      z.object({
        ...{ name: z.string(), language, text: z.string().optional() },
        repeated: z.object({ piece: z.string(), times: z.number() }).optional(),
        decisions: z.record(z.string(), decision),
      }),
    ),
    lines: z.array(
      z.object({ language, line: z.string(), words: z.array(z.string()), sentences: z.number() }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../golden/quality.json', import.meta.url), 'utf8')));

const stepOf = (step: object): CleaningStepSpec => cleaningSchema.parse({ steps: [step] }).steps[0];

async function decide(step: CleaningStepSpec, text: string): Promise<{ reason?: string; text?: string }> {
  const outcome = await createRecipe([step]).clean(collected(text));
  if (outcome.outcome === 'dropped') return { reason: outcome.reason };
  return outcome.document.text === text ? {} : { text: outcome.document.text };
}

const documents = golden.documents.flatMap(({ decisions, text, repeated, ...rest }) =>
  Object.entries(decisions).map(([step, expected]) => ({
    ...{ ...rest, step, expected },
    text: text ?? repeated?.piece.repeat(repeated.times) ?? '',
  })),
);

describe('quality filters', () => {
  it.each(documents)('$step decides on "$name" ($language) as datatrove does', async (it) => {
    const options = it.step === 'c4-paragraphs' ? {} : { language: it.language };
    const decided = await decide(stepOf({ step: it.step, ...options }), it.text);
    expect(decided).toEqual(it.expected);
  });

  it('drop for all reasons between them', () => {
    const reasons = documents.flatMap(({ expected }) => expected.reason ?? []);
    expect(new Set(reasons).size).toBeGreaterThanOrEqual(28);
  });

  it('drop what is empty, where datatrove divides by nothing', async () => {
    for (const text of ['', ' \n '])
      for (const step of ['gopher-quality', 'c4-quality', 'c4-paragraphs', 'fineweb-quality'])
        expect(await decide(stepOf({ step }), text)).toHaveProperty('reason');
    expect(await decide(stepOf({ step: 'gopher-repetition' }), '')).toEqual({});
  });

  it('take the thresholds of the model file', async () => {
    const words = 'all of the boats have gone to sea';
    expect(await decide(stepOf({ step: 'gopher-quality' }), words)).toEqual({ reason: 'gopher_short_doc' });
    expect(await decide(stepOf({ step: 'gopher-quality', minimumWords: 5 }), words)).toEqual({});
    const stopWords = { minimumWords: 5, stopWords: ['boats', 'sea'], minimumStopWords: 2 };
    expect(await decide(stepOf({ step: 'gopher-quality', ...stopWords }), words)).toEqual({});
    const lines = 'a line without an end\nand a second one';
    const open = { step: 'c4-quality', endedLines: false, minimumSentences: 2 };
    expect(await decide(stepOf(open), lines)).toEqual({});
    expect(await decide(stepOf({ ...open, endedLines: true }), lines)).toEqual({
      reason: 'too_few_sentences',
    });
    const none = { step: 'fineweb-quality', maximumNewLines: 1, maximumShortLines: 1 };
    expect(await decide(stepOf(none), lines)).toEqual({ reason: 'line_punct_ratio' });
    expect(await decide(stepOf({ ...none, allowNoEndedLine: true }), lines)).toEqual({});
  });
});

describe('createWordSplitter', () => {
  it.each(golden.lines)(
    'parts $line as spaCy does ($language)',
    ({ language: of, line, words, sentences }) => {
      const splitter = createWordSplitter(of === 'ko' ? 'other' : of);
      const { ids, vocabulary } = splitter.split(line);
      expect([...ids].map((id) => vocabulary.texts[id])).toEqual(words);
      expect(splitter.countSentences(line)).toBe(sentences);
    },
  );
});
