// How results are printed: a table for people, then one line of JSON for programs.
import { arch, cpus, platform, totalmem } from 'node:os';
import type { CaseResult } from './measure.ts';
import { median, quantile } from './measure.ts';

const headings = ['case', 'ours', '', 'peer', '', '', 'ratio', ''];

/** @param results grouped by case */
export function report(bench: string, remarks: readonly string[], results: readonly CaseResult[][]): string {
  const rows = results
    .flat()
    .map((it) => [
      it.case,
      figure(median(it.ours)),
      spread(it.ours, figure),
      figure(median(it.peer)),
      spread(it.peer, figure),
      `${it.unit}  ${it.peerName}`,
      median(it.ratios).toFixed(2),
      spread(it.ratios, (value) => value.toFixed(2)),
    ]);
  const cases = results.flat().map((it) => ({
    case: it.case,
    ours: rounded(median(it.ours)),
    peer: rounded(median(it.peer)),
    peerName: it.peerName,
    unit: it.unit,
    ratio: rounded(median(it.ratios)),
  }));
  return [
    ...remarks,
    'Medians, in brackets the quartiles; the ratio is the median of the ratios of the rounds, above 1 where ours is better.',
    '',
    table([headings, ...rows]),
    '',
    JSON.stringify({ bench, machine: machine(), cases }),
    '',
  ].join('\n');
}

function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${model}, ${memory} GiB, ${platform()} ${arch()}, Node ${process.versions.node}`;
}

const figure = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
const rounded = (value: number): number => Number(value.toPrecision(4));

function spread(values: readonly number[], text: (value: number) => string): string {
  return `[${text(quantile(values, 0.25))}, ${text(quantile(values, 0.75))}]`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
