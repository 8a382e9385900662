import { describe, expect, it } from 'vitest';
import { countWords } from '../../../../pipeline/tokenization/count-words.ts';
import { writeTokenizerJson } from '../../../../pipeline/tokenization/tokenizer-json.ts';
import type { ExtendedWordPiece } from '../../../../pipeline/tokenization/wordpiece-extension.ts';
import { extendWordPieceSteps } from '../../../../pipeline/tokenization/wordpiece-extension.ts';
import { trainWordPiece } from '../../../../pipeline/tokenization/wordpiece-trainer.ts';
import { loadTokenizer } from '../../../../runtimes/tokenizers/tokenizer.ts';

const english = ['the lower the lowest', 'newer and newest', 'the widest and the lower'];
const { vocabulary: known } = trainWordPiece(countWords(english), { vocabularySize: 60 });

function extend(texts: readonly string[], vocabularySize: number, minimumFrequency = 2): ExtendedWordPiece {
  const steps = extendWordPieceSteps(countWords(texts), known, { vocabularySize, minimumFrequency });
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

const korean = ['밥을 먹었다', '밥을 먹는다', '밥을 짓는다', 'the lowest and the newest'];

describe('extending a WordPiece vocabulary', () => {
  it('adds the characters that words need and pieces of them, behind the old ones', async () => {
    const { vocabulary } = extend(korean, 90);
    expect(vocabulary.slice(0, known.length)).toEqual(known);
    expect(vocabulary).toEqual(expect.arrayContaining(['밥', '##을', '밥을', '##는다']));
    const tokenizer = await loadTokenizer(writeTokenizerJson(vocabulary));
    expect(await tokenizer.tokens('밥을 먹는다 lower')).toEqual(['밥을', '먹', '##는다', 'lower']);
  });

  it('joins old pieces: a new one was what its text was split into before', () => {
    const { vocabulary, parts } = extend(['thenewest thenewest thenewest'], known.length + 40);
    const added = vocabulary.slice(known.length);
    expect(added).toContain('thenewest');
    const tokens = parts[added.indexOf('thenewest')].map((id) => known[id]);
    expect(tokens.map((token) => token.replace('##', '')).join('')).toBe('thenewest');
    expect(tokens.length).toBeGreaterThan(1);
  });

  it('makes what the old vocabulary could not write of its unknown token', () => {
    const { vocabulary, parts } = extend(korean, 90);
    const unknown = known.indexOf('[UNK]');
    for (const piece of ['밥', '##을', '밥을'])
      expect(parts[vocabulary.indexOf(piece) - known.length]).toEqual([unknown]);
  });

  it('has no more tokens than are wanted: of too many characters the most frequent', () => {
    const { vocabulary } = extend(korean, known.length + 2);
    expect(vocabulary.slice(known.length)).toEqual(['##다', '##을']);
  });

  it('adds nothing where there is no room, and leaves out words that no vocabulary reads', () => {
    expect(extend(korean, known.length).vocabulary).toEqual(known);
    const long = '밥'.repeat(101);
    expect(extend([`${long} ${long}`], 200).vocabulary).toEqual(known);
  });

  it('gives one vocabulary whatever the order of the texts', () => {
    expect(extend(korean.toReversed(), 90)).toEqual(extend(korean, 90));
  });
});
