// What is not the author's own prose: code and quotations. Corrections leave it as it is.

/** From `start` up to `end`, in UTF-16 code units. */
export interface ProtectedStretch {
  readonly start: number;
  readonly end: number;
}

const FENCE = /^ {0,3}(?:```|~~~)/;
/** Code by its indentation, quoted lines of mails, rows of tables. */
const APART = /^(?: {4}|\t|[ ]{0,3}[>|])/;
/** Within a line: code between backticks. */
const CODE = /`[^`\n]+`/g;
/** Quotations, by what ends them; one that nobody ends reaches to the end of its paragraph. */
const closing: Readonly<Record<string, string>> = { '"': '"', '“': '”', '«': '»', '‘': '’', '「': '」' };
const OPENING = /["“«‘「]/g;

/** @returns stretches in their order, none within or beside another */
export function protectedStretches(text: string): ProtectedStretch[] {
  const stretches: ProtectedStretch[] = [];
  let fence: string | undefined;
  let paragraph = 0;
  let at = 0;
  for (const line of text.split('\n')) {
    const end = at + line.length;
    const mark = FENCE.exec(line)?.[0].trim();
    if (fence !== undefined || mark !== undefined || APART.test(line)) stretches.push({ start: at, end });
    if (mark !== undefined && (fence === undefined || fence === mark))
      fence = fence === undefined ? mark : undefined;
    if (line.trim() === '') {
      for (const it of quotations(text.slice(paragraph, at).trimEnd(), paragraph)) stretches.push(it);
      paragraph = end;
    }
    at = end + 1;
  }
  for (const it of quotations(text.slice(paragraph), paragraph)) stretches.push(it);
  for (const { index, 0: code } of text.matchAll(CODE))
    stretches.push({ start: index, end: index + code.length });
  return merged(stretches.sort((a, b) => a.start - b.start));
}

function merged(sorted: readonly ProtectedStretch[]): ProtectedStretch[] {
  const whole: ProtectedStretch[] = [];
  for (const { start, end } of sorted) {
    const last = whole.at(-1);
    if (last === undefined || last.end < start) whole.push({ start, end });
    else whole[whole.length - 1] = { start: last.start, end: Math.max(last.end, end) };
  }
  return whole;
}

/**
 * @param stretches as `protectedStretches` answers
 * @returns whether something lies in one of them, or beside it
 */
export function touchesOne(
  stretches: readonly ProtectedStretch[],
  { start, end }: ProtectedStretch,
): boolean {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stretches[middle].end < start) low = middle + 1;
    else high = middle;
  }
  return low < stretches.length && stretches[low].start <= end;
}

function* quotations(paragraph: string, offset: number): Generator<ProtectedStretch> {
  let done = 0;
  for (const { index, 0: mark } of paragraph.matchAll(OPENING)) {
    if (index < done) continue;
    const close = paragraph.indexOf(closing[mark], index + 1);
    done = close < 0 ? paragraph.length : close + 1;
    yield { start: offset + index, end: offset + done };
    if (close < 0) return;
  }
}
