// How likely single texts are to a language model, token by token, and how prompts go on.
import { formatCount, formatNumber, formatShare } from '../format.ts';
import type { Continuation, ScoredText, ScoredToken } from '../language-samples.ts';
import { heading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

const SURPRISE = 4; // per cent of colour a bit
const MOST_COLOUR = 60; // per cent: text stays readable on it

/** Each text as a strip of tokens; nothing where there is none. */
export function samplesSection(samples: readonly ScoredText[]): Markup | null {
  if (samples.length === 0) return null;
  return html`<section><h2>How likely texts are</h2>
<p>Under each token stands the probability that the model gave it, knowing what stands before it; the darker, the greater the
surprise. Their product is the probability of the whole text; its perplexity is the product's inverse, by as many roots as
there are tokens.</p>
${samples.map(strip)}</section>`;
}

function strip({ text, tokens, logProbability, perplexity, bitsPerByte }: ScoredText): Markup {
  return html`<figure class="sample"><figcaption><bdi>${text}</bdi></figcaption>
<ol class="tokens">${tokens.map(tokenItem)}</ol>
<p>Product ${scientific(logProbability)} (natural logarithm ${formatNumber(logProbability)}); perplexity ${formatNumber(perplexity)} over ${formatCount(tokens.length)} tokens; ${formatNumber(bitsPerByte)} bits a byte.</p></figure>`;
}

function tokenItem({ token, probability }: ScoredToken): Markup {
  const colour = Math.min(MOST_COLOUR, Math.round(SURPRISE * -Math.log2(probability)));
  return html`<li style="--share: ${colour}%"><bdi>${visible(token)}</bdi><small>${probability >= 0.001 ? formatNumber(probability) : scientific(Math.log(probability))}</small></li>`;
}

/** How each prompt goes on; nothing where there is none. */
export function continuationsSection(continuations: readonly Continuation[]): Markup | null {
  if (continuations.length === 0) return null;
  return html`<section><h2>How it continues</h2>${table({
    caption:
      'Prompts, what the model writes behind them, and which words follow them in the documents that it was trained on.',
    head: [
      'Prompt',
      'By the likeliest tokens',
      'Drawn by chance',
      'Likeliest next tokens',
      'In the corpus',
    ].map(heading),
    rows: continuations.map(
      ({ prompt, greedy, drawn, likeliest, inCorpus }) => html`<tr><th scope="row"><bdi>${prompt}</bdi></th>
<td><bdi class="continued">${greedy}</bdi></td><td><bdi class="continued">${drawn}</bdi></td>
<td>${likeliest.map(({ token, probability }) => html`<small><bdi>${visible(token)}</bdi> ${formatShare(probability)}</small>`)}</td>
<td>${followers(inCorpus)}</td></tr>`,
    ),
  })}</section>`;
}

function followers({ times, endsWords, words }: Continuation['inCorpus']): Markup | string {
  if (times === 0) return 'never followed by a word';
  return html`${words.map(({ word, count }) => html`<small><bdi>${word}</bdi> ${formatShare(count / times)}</small>`)}<small>of ${formatCount(times)} times${endsWords === true ? ', at the end of longer words' : ''}</small>`;
}

/** White space that can be seen: a space where it is all of a token, and every line's end. */
function visible(token: string): string {
  const lines = token.replace(/\n/g, '↵').replace(/\t/g, '⇥');
  return /^ +$/.test(lines) ? lines.replace(/ /g, '␣') : lines;
}

/** @param logarithm natural, of a number too small for decimals */
function scientific(logarithm: number): Markup {
  const power = Math.floor(logarithm / Math.LN10);
  const mantissa = Math.exp(logarithm - power * Math.LN10);
  return html`${formatNumber(mantissa, 1)} × 10<sup>${formatNumber(power, 0)}</sup>`;
}
