// How the command line speaks: tables and sentences for people, JSON for programs, one line for an error.

/** Exit codes, the same for every verb; docs/reference/command-line.md states them. */
export const exitCodes = {
  done: 0,
  /** The work ended otherwise than asked for: a gate was not passed, a rollout went back, a check failed. */
  failed: 1,
  /** The request was wrong: arguments, a model file, a version that does not exist. Nothing was started. */
  badInput: 2,
  /** A service that is needed does not answer. */
  unavailable: 3,
} as const;

export interface Output {
  /** @param render for people; not called with `--json` */
  result(value: unknown, render: () => string): void;
  /** Progress and remarks: on standard error, so that results can be piped. */
  note(line: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    result: (value, render) => {
      process.stdout.write(`${json ? JSON.stringify(value, null, 2) : render()}\n`);
    },
    note: (line) => {
      process.stderr.write(`${line}\n`);
    },
  };
}

/** Columns as wide as their widest cell, the last one as it is. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

/** `2026-05-03T10:00:00.000Z` → `2026-05-03 10:00:00`. */
export function shortTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** A metric of a version; where it has no value on the held-out documents, JSON says null. */
export interface Figure {
  readonly value: number | null;
  readonly interval?: { readonly low: number; readonly high: number } | null | undefined;
}

/** `0.960 [0.942, 0.976]`; empty where there is no value. */
export function figureText(figure: Figure | undefined): string {
  if (typeof figure?.value !== 'number') return '';
  const { value, interval } = figure;
  const bounds = interval ? ` [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]` : '';
  return `${value.toFixed(3)}${bounds}`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1536` → `1.5 KiB`. */
export function sizeText(sizeBytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, sizeBytes)) / 10));
  const value = sizeBytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
