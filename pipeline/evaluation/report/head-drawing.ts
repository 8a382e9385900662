// One head's attention as a heat map: a square a pair of tokens, the darker the more the row looks at the column.

import { formatShare } from '../format.ts';
import type { HeadMap } from '../head-maps.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

const CELL = 11; // pixels: 24 tokens and their labels fit a phone's width
const LABEL = 64;
const NARROW = 6; // pixels of a letter at 10 pixels, guessed: there is no browser to ask
const WIDE = 10;

/** What the maps of one text share: the tokens along their edges, kept once in the page and used by each. */
export interface Axes {
  /** Of an SVG group; unique in the page. */
  readonly id: string;
  /** Along rows and columns. */
  readonly tokens: readonly string[];
  /** Whether a last column sums up what is not shown. */
  readonly hasRest: boolean;
}

const sizeOf = (tokens: number): number => tokens * CELL;

/** @returns a picture that is not seen, from which the maps take their labels */
export function drawAxes({ id, tokens, hasRest }: Axes): Markup {
  const columns = hasRest ? [...tokens, 'others'] : tokens;
  const middle = (place: number): number => (place + 0.5) * CELL;
  return html`<svg class="unseen" aria-hidden="true" width="0" height="0"><defs><g id="${id}" font-size="10" fill="var(--ink)" dominant-baseline="middle">
${tokens.map((token, place) => html`<text x="${LABEL - 4}" y="${LABEL + middle(place)}" text-anchor="end">${shorten(token)}</text>`)}
${columns.map((token, place) => html`<text transform="translate(${LABEL + middle(place)} ${LABEL - 4}) rotate(-90)">${shorten(token)}</text>`)}
</g></defs></svg>`;
}

/** @param name which head of which layer */
export function drawHead({ levels, mostSeen }: HeadMap, name: string, axes: Axes): Markup {
  const { id, tokens, hasRest } = axes;
  const [width, height] = [sizeOf(tokens.length + (hasRest ? 1 : 0)), sizeOf(tokens.length)];
  const seen = mostSeen.map(({ token, share }) => `${token} ${formatShare(share)}`).join(', ');
  return html`<figure class="head"><svg role="img" aria-label="${name}. In the mean its tokens look most at ${seen}." viewBox="0 0 ${LABEL + width} ${LABEL + height}" width="${LABEL + width}" height="${LABEL + height}">
<use href="#${id}"/><rect x="${LABEL}" y="${LABEL}" width="${width}" height="${height}"/>
<g transform="translate(${LABEL} ${LABEL + CELL / 2}) scale(${CELL})">${paths(levels)}</g></svg>
<figcaption>${name}</figcaption><p>${seen}</p></figure>`;
}

/** A path a level, of which each cell, or run of equal cells, is a dash: a few bytes each. */
function paths(levels: string): Markup[] {
  const dashes = new Map<string, string>();
  for (const [row, digits] of levels.split(' ').entries()) {
    for (const { 0: run, index } of digits.matchAll(/(\d)\1*/g)) {
      dashes.set(run[0], `${dashes.get(run[0]) ?? ''}M${index} ${row}h${run.length}`);
    }
  }
  dashes.delete('0');
  return [...dashes]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([level, path]) => html`<path class="w${level}" d="${path}"/>`);
}

/** Letters of East Asian scripts are as wide as high. */
const wide = /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]|\p{Emoji_Presentation}/u;

/** Cuts a token that is too long for its place. */
function shorten(token: string): string {
  const characters = Array.from(token);
  let left = LABEL - 4;
  const kept = characters.findIndex((character) => {
    left -= wide.test(character) ? WIDE : NARROW;
    return left < 0;
  });
  return kept < 0 ? token : `${characters.slice(0, kept - 1).join('')}…`;
}
