// Whether held-out documents stand among those that were trained on.
import { formatCount, formatShare } from '../format.ts';
import type { Leakage } from '../leakage.ts';
import { heading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

/** Counts, and the first of them with their text. */
export function leakageSection({ leakage }: { readonly leakage: Leakage }): Markup {
  const { exact, near, share, heldOut, samples } = leakage;
  if (samples.length === 0)
    return html`<section><h2>Leakage</h2><p>None of ${formatCount(heldOut)} held-out documents stands among those that were trained on, not nearly either.</p></section>`;
  return html`<section><h2>Leakage</h2>
<p>${formatCount(exact)} held-out documents stand word for word among those that were trained on, and ${formatCount(near)} nearly so: ${formatShare(share)} of ${formatCount(heldOut)}.</p>
${table({
  caption: `The first ${formatCount(samples.length)} of them.`,
  head: ['Held out', 'Trained on', 'Equal', 'Text'].map(heading),
  rows: samples.map(
    ({ id, trainedOn, exact: same, excerpt }) => html`<tr><th scope="row"><code>${id}</code></th>
<td><code>${trainedOn}</code></td><td>${same ? 'word for word' : 'nearly'}</td><td><bdi>${excerpt}</bdi></td></tr>`,
  ),
})}
<p class="note">Nearly: four fifths of all runs of four words are in both.</p></section>`;
}
