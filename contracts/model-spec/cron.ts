// Cron expressions of five fields, as a spec may have them: minute, hour, day of the month, month, day of the week, UTC.

const fields = [
  { name: 'minute', lowest: 0, highest: 59, words: [] },
  { name: 'hour', lowest: 0, highest: 23, words: [] },
  { name: 'day of the month', lowest: 1, highest: 31, words: [] },
  {
    name: 'month',
    lowest: 1,
    highest: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  {
    name: 'day of the week',
    lowest: 0,
    highest: 7, // 0 and 7 are both Sunday
    words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  },
] as const;
type Field = (typeof fields)[number];

/**
 * @param expression such as `0 3 * * *` (every day at three) or `0,30 8-18 * * mon-fri`
 * @returns what is wrong with it, or undefined
 */
export function cronProblem(expression: string): string | undefined {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== fields.length)
    return 'expected five fields, such as `0 3 * * *`: minute, hour, day of the month, month, day of the week';
  for (const [index, field] of fields.entries()) {
    if (parts[index].split(',').every((item) => isItem(item.toLowerCase(), field))) continue;
    return `${parts[index]} is no ${field.name}: expected *, numbers from ${field.lowest} to ${field.highest}, ranges, lists or steps`;
  }
  return undefined;
}

/** `*`, `a` or `a-b`, each with `/step`. */
function isItem(item: string, field: Field): boolean {
  const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/([1-9]\d*))?$/.exec(item);
  if (!match) return false;
  const [, from, to] = match as (string | undefined)[];
  if (from === undefined) return true;
  const first = valueOf(from, field);
  const last = to === undefined ? first : valueOf(to, field);
  return first !== undefined && last !== undefined && first <= last;
}

function valueOf(text: string, { lowest, highest, words }: Field): number | undefined {
  const word = (words as readonly string[]).indexOf(text);
  const value = word >= 0 ? word + lowest : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= lowest && value <= highest ? value : undefined;
}
