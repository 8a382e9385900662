// What stood between the last word of a line and the first of the next: a space, nothing, or a hyphen that only the line's end
// called for. Korean breaks lines inside words too, and no sign says so; the document's own lines say which syllables go
// together and which stand apart.
const HANGUL = /[가-힣]/;
const WITHOUT_SPACES = /[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9d]/; // Japanese and Chinese
const HYPHENS = /[\u00ad\u2010-]$/;

// Syllables that end words of Korean, particles and endings, and those that only go on with a word before them.
const ENDS_WORD = /[은는을를이가에의로와과도고며면서한할된될인게지해라야등및수것때중후]$/;
const GOES_ON =
  /^(?:다[.,)]|니다|습니다|됩니다|합니다|입니다|십시오|시오|[을를은는의와과][\s.,)]|[을를은는의와과]$)/;

const SMOOTHING = 0.5;
const RULE_WEIGHT = 1.5; // natural logarithm of the odds that a rule is worth

type Counts = Map<string, number>;

const countOf = (counts: Counts, key: string): number => counts.get(key) ?? 0;
const add = (counts: Counts, key: string): void => void counts.set(key, countOf(counts, key) + 1);

export interface LineEnds {
  /** @returns the two lines as one */
  readonly join: (line: string, next: string) => string;
}

/** Counts what stands together and what apart within lines. */
function learn(lines: readonly string[]) {
  const words: Counts = new Map();
  const together: Counts = new Map();
  const apart: Counts = new Map();
  for (const line of lines) {
    const tokens = line.split(' ');
    for (const word of tokens.slice(1, -1)) add(words, word); // the outer ones may be parts
    for (const [at, token] of tokens.entries()) {
      for (let end = 1; end < token.length; end += 1) {
        for (const context of contextsOf(token.slice(0, end), token.slice(end))) add(together, context);
      }
      const next = tokens.at(at + 1);
      if (next !== undefined) for (const context of contextsOf(token, next)) add(apart, context);
    }
  }
  return { words, together, apart };
}

/** Syllables on both sides of a place, the closer ones alone and with one more on either side. */
function contextsOf(left: string, right: string): string[] {
  const [a, b] = [left.slice(-1), right.slice(0, 1)];
  if (!HANGUL.test(a) || !HANGUL.test(b)) return [];
  return [`${a}|${b}`, `${left.slice(-2)}|${b}`, `${a}|${right.slice(0, 2)}`];
}

/**
 * Learns from the lines of a document how they go together.
 * @param lines of one document, white space folded
 */
export function createLineEnds(lines: readonly string[]): LineEnds {
  const { words, together, apart } = learn(lines);

  const isApart = (left: string, right: string): boolean => {
    const [whole, separate] = [
      countOf(words, left + right),
      Math.min(countOf(words, left), countOf(words, right)),
    ];
    let odds = Math.log((separate + SMOOTHING) / (whole + SMOOTHING));
    for (const context of contextsOf(left, right)) {
      const [spaced, joined] = [countOf(apart, context), countOf(together, context)];
      odds += Math.log((spaced + SMOOTHING) / (joined + SMOOTHING));
    }
    if (ENDS_WORD.test(left)) odds += RULE_WEIGHT;
    if (GOES_ON.test(right)) odds -= 2 * RULE_WEIGHT;
    return odds > 0;
  };

  return {
    join: (line, next) => {
      const [a, b] = [line.slice(-1), next.slice(0, 1)];
      if (WITHOUT_SPACES.test(a) && WITHOUT_SPACES.test(b)) return line + next;
      const left = line.slice(line.lastIndexOf(' ') + 1);
      const right = next.split(' ', 1)[0];
      if (HANGUL.test(a) && HANGUL.test(b)) return isApart(left, right) ? `${line} ${next}` : line + next;
      if (!HYPHENS.test(line) || !/\p{L}.$/u.test(line)) return `${line} ${next}`;
      const isCompound = countOf(words, left + right) > 0 || !/^\p{Ll}/u.test(next);
      return isCompound && !line.endsWith('\u00ad') ? line + next : line.slice(0, -1) + next;
    },
  };
}
