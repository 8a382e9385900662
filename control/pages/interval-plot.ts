// The paired tests of a model's rollouts as one plot: a row a version, its estimate and its confidence interval.
import { type Html, html } from './html.ts';

/** What one rollout has found: above zero, the version loses less than the champion. */
export interface Interval {
  readonly version: number;
  readonly pairs: number;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

const width = 640;
const rowHeight = 34;
const labels = 92; // left of the plot
const numbers = 200; // right of it
const top = 22;

/** @param intervals one or more, in the order in which they stand below each other */
export function intervalPlot(intervals: readonly Interval[]): Html {
  const reach = Math.max(
    ...intervals.flatMap(({ lower, upper }) => [Math.abs(lower), Math.abs(upper)]),
    1e-6,
  );
  const middle = labels + (width - labels - numbers) / 2;
  const x = (value: number) => (middle + (value / reach) * ((width - labels - numbers) / 2 - 6)).toFixed(1);
  const height = top + rowHeight * intervals.length + 8;
  const rows = intervals.map((interval, index) => row(interval, { y: top + rowHeight * (index + 0.5), x }));
  const told = intervals.map(describeInterval).join('; ');
  return html`<figure class="scroll"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${told}">
<text x="${x(-reach)}" y="13" style="fill:var(--soft)">worse</text>
<text x="${x(reach)}" y="13" text-anchor="end" style="fill:var(--soft)">better</text>
<line x1="${x(0)}" x2="${x(0)}" y1="${top}" y2="${height}" stroke="currentColor" stroke-dasharray="3 4" opacity=".6"/>
${rows}</svg></figure>`;
}

function row(interval: Interval, { y, x }: { y: number; x: (value: number) => string }): Html {
  const { version, pairs, estimate, lower, upper } = interval;
  const color = lower > 0 ? 'var(--good)' : upper < 0 ? 'var(--bad)' : 'currentColor';
  const cap = (value: number) =>
    html`<line x1="${x(value)}" x2="${x(value)}" y1="${y - 6}" y2="${y + 6}" stroke="${color}" stroke-width="2"/>`;
  return html`<g><title>${describeInterval(interval)}</title>
<text x="0" y="${y + 4}">version ${version}</text>
<line x1="${x(lower)}" x2="${x(upper)}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"/>${cap(lower)}${cap(upper)}
<circle cx="${x(estimate)}" cy="${y}" r="5" fill="${color}"/>
<text x="${width - numbers + 12}" y="${y - 2}">${signed(estimate)} from ${pairs} pairs</text>
<text x="${width - numbers + 12}" y="${y + 13}" style="fill:var(--soft)">${signed(lower)} to ${signed(upper)}</text></g>`;
}

function describeInterval({ version, pairs, estimate, lower, upper }: Interval): string {
  return `version ${version}: ${signed(estimate)}, between ${signed(lower)} and ${signed(upper)}, ${pairs} pairs`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
