// Points of several systems with their intervals, a row each.
import { type Html, html } from './html.ts';

export interface Points {
  readonly label: string;
  readonly points: number;
  readonly low: number;
  readonly high: number;
}

const width = 640;
const rowHeight = 30;
const labels = 160; // left of the plot
const top = 22;

/** @param rows one or more, in the order in which they stand below each other */
export function pointsPlot(rows: readonly Points[]): Html {
  const low = Math.min(...rows.map((row) => row.low));
  const high = Math.max(...rows.map((row) => row.high));
  const x = (value: number) =>
    (labels + ((value - low) / (high - low || 1)) * (width - labels - 12)).toFixed(1);
  const height = top + rowHeight * rows.length + 8;
  const told = rows.map(describe).join('; ');
  const marks = rows.map((row, index) => {
    const y = top + rowHeight * (index + 0.5);
    return html`<g><title>${describe(row)}</title><text x="0" y="${y + 4}">${shortened(row.label)}</text>
<line x1="${x(row.low)}" x2="${x(row.high)}" y1="${y}" y2="${y}" stroke="currentColor" stroke-width="2"/>
<circle cx="${x(row.points)}" cy="${y}" r="5" fill="var(--accent)"/></g>`;
  });
  return html`<figure class="scroll"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${told}">
<text x="${x(low)}" y="13" style="fill:var(--soft)">${Math.round(low)}</text>
<text x="${x(high)}" y="13" text-anchor="end" style="fill:var(--soft)">${Math.round(high)} points</text>${marks}</svg></figure>`;
}

const describe = ({ label, points, low, high }: Points): string =>
  `${label}: ${Math.round(points)} points, between ${Math.round(low)} and ${Math.round(high)}`;

/** What fits beside the plot. */
const shortened = (label: string): string => (label.length > 20 ? `${label.slice(0, 19)}…` : label);
