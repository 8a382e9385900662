// What the texts of a language model are like, whatever they should have been.
import { formatCount, formatNumber, formatShare } from '../format.ts';
import type { WritingFigures } from '../writing-figures.ts';
import { heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

/** Nothing where it wrote nothing. */
export function writingSection({ writing }: { readonly writing?: WritingFigures }): Markup | null {
  if (writing === undefined || writing.texts === 0) return null;
  const { texts, diversity, memorisation, refusals, personalData, harmful, json } = writing;
  const { words } = diversity;
  const pieces = Object.entries(personalData).map(([kind, count]) => `${formatCount(count)} ${kind}`);
  const rows: (readonly [title: string, meaning: string, value: string])[] = [
    [
      'Words of a text',
      'mean; median; most',
      [words.mean, words.median, words.most].map((it) => formatNumber(it, 1)).join('; '),
    ],
    ['Distinct words', 'different ones of all (distinct-1)', formatNumber(diversity.distinct1)],
    ['Distinct pairs', 'different ones of all pairs (distinct-2)', formatNumber(diversity.distinct2)],
    ['Repetition', 'runs of four words that stood in the text before', formatShare(diversity.repeated4)],
    [
      'From the corpus',
      `runs of ${memorisation.order} words that stand there word for word`,
      formatShare(memorisation.share),
    ],
    ['Longest from the corpus', 'words in a row', formatCount(memorisation.longest)],
    ['Refusals', 'texts that begin as one, by patterns of English and Korean', formatCount(refusals)],
    ['Personal data', 'pieces that cleaning would redact', pieces.length === 0 ? '0' : pieces.join(', ')],
    [
      'Harmful words',
      'texts with one of the lists that cleaning has for English and Korean',
      formatCount(harmful),
    ],
    ...(json === undefined
      ? []
      : [
          [
            'JSON',
            'valid, of the answers that should be',
            `${formatCount(json.valid)} of ${formatCount(json.asked)}`,
          ] as const,
        ]),
  ];
  return html`<section><h2>What it writes</h2>
${table({
  caption: `Of the ${formatCount(texts)} texts above that it wrote: continuations, by the likeliest tokens and by chance, and answers.`,
  head: [heading('Figure'), numberHeading('Value')],
  rows: rows.map(
    ([title, meaning, value]) =>
      html`<tr><th scope="row">${title}<small>${meaning}</small></th><td class="number">${value}</td></tr>`,
  ),
})}
${memorisation.longest === 0 ? null : html`<p class="note">The longest that stands in the corpus: <bdi>${shortened(memorisation.longestText)}</bdi></p>`}</section>`;
}

const MOST_CHARACTERS = 300;

function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length <= MOST_CHARACTERS ? text : `${characters.slice(0, MOST_CHARACTERS).join('')}…`;
}
