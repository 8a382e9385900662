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
its words are cut into small pieces, because the vocabulary was learned from little of it.</p>${extensionTable(tokenizer)}`;
}

/** What an extended vocabulary is worth beside the one before it; nothing where it was not extended. */
function extensionTable({
  vocabularySize,
  languages = [],
  extension,
}: ReportOrigin['tokenizer']): Markup | null {
  if (extension === undefined) return null;
  const { before, added } = extension;
  const told = html`<p>The vocabulary is that of the version that training went on from, ${formatCount(before)} tokens, extended by
${formatCount(added)} that were learned from this corpus, to ${formatCount(vocabularySize)}.</p>`;
  if (added === 0) return told;
  return html`${told}${table({
    caption: 'Tokenizer by language, before its vocabulary was extended and after.',
    head: [
      heading('Language'),
      ...['Tokens per word, before', 'after', 'Unknown tokens, before', 'after'].map(numberHeading),
    ],
    rows: languages.map(
      ({ language, fertility, unknownRate, before: was }) => html`<tr><th scope="row">${nameOf(language)}</th>
<td class="number">${was ? formatNumber(was.fertility) : ''}</td><td class="number">${formatNumber(fertility)}</td>
<td class="number">${was ? `${formatNumber(100 * was.unknownRate, 2)} %` : ''}</td>
<td class="number">${formatNumber(100 * unknownRate, 2)} %</td></tr>`,
    ),
  })}`;
}

const names = new Intl.DisplayNames('en', { type: 'language' });

/** @returns `Korean (ko)` */
function nameOf(language: string): string {
  if (language === 'und') return 'not told: short or mixed';
  if (language === 'mul') return 'all others';
  return `${names.of(language) ?? language} (${language})`;
}
