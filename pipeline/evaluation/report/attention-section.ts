// Into which tokens the candidate looked, for a few held-out texts: a heat map a head, a layer at a time. Layers are
// chosen by radio buttons and style, since a report runs no script.
import type { ChosenAs } from '../attention-texts.ts';
import { formatCount, formatNumber } from '../format.ts';
import type { AttentionMaps } from '../head-maps.ts';
import { cut } from './elements.ts';
import { drawAxes, drawHead } from './head-drawing.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import type { EvaluationReport } from './report.ts';

const EXCERPT = 110; // a line on a wide screen

const reasons: Readonly<Record<ChosenAs, string>> = {
  right: 'right, and of its label the surest',
  'near-miss': 'wrong, and nearest to the truth',
  'worst-error': 'wrong, and the worst error',
};

/** Heads of every layer for each text; nothing where attention was not read. */
export function attentionSection({ attention, classes }: EvaluationReport): Markup | null {
  return drawnSection(attention ?? [], {
    reading: html`The answer is read off <code>[CLS]</code> after the last layer, which is the first row there.`,
    title: ({ label, predicted, probability, chosenAs }) =>
      html`<strong>${classes[label].name}</strong>, answered ${classes[predicted].name} with ${formatNumber(probability)}: ${reasons[chosenAs]}`,
    caution: 'Attention says where a model takes its numbers from, not why it answers as it does.',
  });
}

/** The same of a language model. */
export function languageAttentionSection(attention: readonly AttentionMaps[]): Markup | null {
  return drawnSection(attention, {
    reading:
      'What follows a token is read off its row after the last layer; no row sees what comes after its token.',
    title: () => html`<strong>Sample</strong>`,
    caution: 'Attention says where a model takes its numbers from, not why it goes on as it does.',
  });
}

interface Words<T> {
  /** Where in the maps the answer comes from. */
  readonly reading: Markup | string;
  readonly title: (text: T) => Markup;
  readonly caution: string;
}

function drawnSection<T extends AttentionMaps>(
  attention: readonly T[],
  { reading, title, caution }: Words<T>,
): Markup | null {
  if (attention.length === 0) return null;
  const [{ layers }] = attention;
  return html`<section class="attention"><h2>What it looked at</h2>
<p>Each square of a map tells how much the token of its row looks at the token of its column; a row sums to 100 %. ${reading} The model has ${formatCount(layers.length)} ${layers.length === 1 ? 'layer' : 'layers'} of ${formatCount(layers[0].length)} ${layers[0].length === 1 ? 'head' : 'heads'}. Under each map stands what its tokens look at most, in the mean.</p>
${scale()}
${attention.map((text, index) => textMaps(text, index, title(text)))}
<p class="note">At most four texts and their first 24 tokens are drawn, fewer tokens for a model of many heads. ${caution}</p></section>`;
}

function scale(): Markup {
  const shares = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) => Math.round(100 * (level / 9) ** 2));
  return html`<p class="scale note"><svg role="img" aria-label="Scale: ${shares.join(', ')} %" viewBox="0 0 252 30" width="252" height="30">
${shares.map((share, place) => html`<path class="w${place + 1}" d="M${place * 28} 6h28"/><text x="${place * 28 + 14}" y="26" text-anchor="middle">${share}</text>`)}</svg> % of a row</p>`;
}

function textMaps(text: AttentionMaps, index: number, title: Markup): Markup {
  const { tokens, layers } = text;
  const axes = { id: `attention-${index}`, tokens, hasRest: text.hiddenTokens > 0 };
  const excerpt = cut(text.excerpt.replace(/\s+/g, ' ').trim(), EXCERPT);
  const drawn = layers.map((heads, layer) => {
    const id = `attention-${index}-${layer}`;
    const checked = layer === layers.length - 1 ? html` checked` : null;
    return html`<input type="radio" name="${axes.id}" id="${id}"${checked}><label for="${id}">${layer + 1}</label>
<div class="heads">${heads.map((head, at) => drawHead(head, `Layer ${layer + 1}, head ${at + 1}`, axes))}</div>`;
  });
  return html`<details${index === 0 ? html` open` : null}><summary>${title}
<bdi class="excerpt">${excerpt.shown}${excerpt.left > 0 ? '…' : ''}</bdi></summary>
<p class="note"><code>${text.id}</code>${extent(text)}</p>
${drawAxes(axes)}
<fieldset class="layers"><legend>Layer</legend>
${drawn}</fieldset></details>`;
}

/** What of the text is not in the maps. */
function extent({ tokens, hiddenTokens, unreadTokens }: AttentionMaps): string {
  const read =
    hiddenTokens === 0
      ? ''
      : `: the first ${formatCount(tokens.length)} tokens; the last column sums up ${formatCount(hiddenTokens)} more`;
  const unread =
    unreadTokens === 0
      ? ''
      : `; ${formatCount(unreadTokens)} after them were not read, which would take minutes`;
  return read + unread;
}
