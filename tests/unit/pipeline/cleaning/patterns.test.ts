// Every pattern of sources and cleaning needs linear time. recheck decides it by automata; what looks around or back, which
// automata do not, is run over texts made of its own characters. There are no timings here: quadratic work on texts of this
// size would run into the time limit many times over.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  countMade,
  filesBelow,
  load,
  type Pattern,
  patternsIn,
  watchMade,
} from '../../../support/patterns.ts';

const FOLDERS = ['sources', 'pipeline/cleaning', 'pipeline/validation', 'contracts/model-spec'];
/** Copies a pattern of another file, and makes none of text. */
const COPIES = 'pipeline/cleaning/personal-data/found.ts';
const FEW = 3;
const LENGTH = 300_000;

/**
 * Bounded repetitions cost a constant however long the text is; fewer of them leave the question the same and the automaton
 * small.
 */
function withFewRepetitions(source: string): string {
  return source.replace(/\{(\d+)(,?)(\d*)\}/g, (_, least: string, comma: string, most: string) => {
    const [from, to] = [least, most].map((count) => (count === '' ? '' : Math.min(Number(count), FEW)));
    return `{${from}${comma}${to}}`;
  });
}

/** Pieces to make a text of: each character that a pattern names, one of each class, alone and in pairs with a few others. */
function piecesOf({ source }: Pattern): string[] {
  const named = new Set(
    source.replace(/\\[pP]\{[^}]*\}|\\u[\dA-F]{4}|\\./g, '').replace(/[()[\]{}|?^$]/g, ''),
  );
  const ones = [...new Set([...Array.from(named).slice(0, 60), ...Array.from(' \t\naA가ㅏ1.-/(『')])];
  return ones.flatMap((one) => [one, ...[' ', '\n', 'a', '1'].map((other) => `${one}${other}`)]);
}

describe('every pattern of sources and cleaning', () => {
  const patterns = new Map<string, Pattern>();
  const unmade: string[] = [];
  const undecided: Pattern[] = [];

  beforeAll(async () => {
    vi.stubEnv('RECHECK_SYNC_BACKEND', 'pure');
    const files = await filesBelow(...FOLDERS);
    const { made, end } = watchMade();
    await load(files);
    const { createRemoveText } = await import('../../../../pipeline/cleaning/remove-text.ts');
    const { createSplitChunk } = await import('../../../../pipeline/cleaning/words/split-chunk.ts');
    createRemoveText({ texts: ['a*', '(b|'] });
    for (const english of [true, false]) createSplitChunk(new Map(), { english });
    end();
    const all = [...made];
    for (const file of files) {
      all.push(...(await patternsIn(file)));
      const isMade = (await countMade(file)) <= made.filter((it) => it.file === file).length;
      if (!isMade && file !== COPIES) unmade.push(file);
    }
    for (const pattern of all) patterns.set(`/${pattern.source}/${pattern.flags}`, pattern);
  }, 300_000);

  it('is looked at: hundreds of literals, and what is made of text', () => {
    expect(patterns.size).toBeGreaterThan(300);
    expect(unmade).toEqual([]);
  });

  it('is decided by an automaton, or runs over hostile texts, and no automaton says that it is slow', async () => {
    const { checkSync } = await import('recheck');
    const slow: string[] = [];
    for (const [written, pattern] of patterns) {
      const bounds = { checker: 'automaton', timeout: 20_000 } as const;
      const { status } = checkSync(withFewRepetitions(pattern.source), pattern.flags, bounds);
      if (status === 'vulnerable') slow.push(`${pattern.file} ${written}`);
      if (status === 'unknown') undecided.push(pattern);
    }
    expect(slow).toEqual([]);
    expect(undecided.length).toBeLessThan(patterns.size / 10);
    for (const { source, flags, ...pattern } of undecided)
      for (const piece of piecesOf({ source, flags, ...pattern })) {
        const text = piece.repeat(LENGTH / piece.length);
        expect(text.replace(new RegExp(source, flags), '').length).toBeLessThanOrEqual(LENGTH);
      }
  }, 900_000);

  it('would be found if it were slow', async () => {
    const { checkSync } = await import('recheck');
    for (const source of ['\\s+$', '(a+)+b', 'a.*b.*c'])
      expect(checkSync(source, '', { checker: 'automaton' }).status).toBe('vulnerable');
  });
});
