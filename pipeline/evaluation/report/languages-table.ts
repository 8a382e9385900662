// How well the tokenizer fits each language of the corpus.
import { formatCount, formatNumber, formatShare } from '../format.ts';
import { heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import type { ReportOrigin } from './report.ts';

/** A row a language; nothing where it was not told. */
export function languagesTable({ tokenizer }: Pick<ReportOrigin, 'tokenizer'>): Markup | null {
  const { languages = [] } = tokenizer;
  if (languages.length === 0) return null;
  return html`${table({
    caption: 'Tokenizer by language, over all clean documents.',
    head: [
      heading('Language'),
      numberHeading('Documents'),
      numberHeading('Words'),
      numberHeading('Tokens per word (fertility)'),
      numberHeading('Characters per token'),
      numberHeading('Words kept whole'),
      numberHeading('Characters covered'),
      numberHeading('Unknown tokens'),
    ],
    rows: languages.map(
      (row) => html`<tr><th scope="row">${nameOf(row.language)}</th>
<td class="number">${formatCount(row.documents)}</td><td class="number">${formatCount(row.words)}</td>
<td class="number">${formatNumber(row.fertility)}</td><td class="number">${formatNumber(row.charactersPerToken)}</td>
<td class="number">${formatShare(row.wholeWordShare)}</td><td class="number">${formatNumber(100 * row.characterCoverage, 2)} %</td>
<td class="number">${formatNumber(100 * row.unknownRate, 2)} %</td></tr>`,
    ),
  })}<p class="note">A language of much higher fertility than the others costs more to read and fills the context sooner:
its words are cut into small pieces, because the vocabulary was learned from little of it.</p>`;
}

const names = new Intl.DisplayNames('en', { type: 'language' });

/** @returns `Korean (ko)` */
function nameOf(language: string): string {
  if (language === 'und') return 'not told: short or mixed';
  if (language === 'mul') return 'all others';
  return `${names.of(language) ?? language} (${language})`;
}
