// What a language model was taught to answer, and how well it does on answers that it did not see.
import type { AnswerMetric } from '../../../contracts/model-spec/judgement.ts';
import type { AnsweringResult } from '../../../contracts/stage-results.ts';
import type { CurvePoint } from '../../../contracts/training-job.ts';
import type { AnsweredPrompt } from '../exact-match.ts';
import { exactMatch, isExact } from '../exact-match.ts';
import { formatCount, formatNumber } from '../format.ts';
import { answerMetricsOf } from '../language-figures.ts';
import { answeringMetrics } from '../metric-table.ts';
import { heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import { learningTable } from './learning-table.ts';

export interface AnsweringReport extends Pick<AnsweringResult, 'heldOut' | 'pairs'> {
  /** What the model reads before it answers. */
  readonly prompt: string;
  readonly learning: readonly CurvePoint[];
  /** What it was asked. */
  readonly answers: readonly AnsweredPrompt[];
}

/** Nothing for a model that only continues texts. */
export function answeringSection({
  answering,
}: {
  readonly answering?: AnsweringReport | undefined;
}): Markup | null {
  if (answering === undefined) return null;
  const { heldOut, pairs, prompt, learning, answers } = answering;
  const metrics = answerMetricsOf(heldOut, answers.length === 0 ? undefined : exactMatch(answers));
  const rows = Object.entries(metrics).map(([name, value]) => {
    const { title, meaning, better } = answeringMetrics[name as AnswerMetric];
    return html`<tr><th scope="row">${title}<small>${meaning}; ${better} is better</small></th>
<td class="number">${formatNumber(value)}</td></tr>`;
  });
  const counted = `${formatCount(heldOut.documents)} held-out answers, ${formatCount(heldOut.tokens)} tokens`;
  return html`<section><h2>Answers</h2>
<p>It learned ${formatCount(pairs.training)} answers to this prompt, in which a document stands for <code>{text}</code>:</p>
<pre>${prompt}</pre>
${table({ caption: `On ${counted}, ends included.`, head: [heading('Metric'), numberHeading('Value')], rows })}
${examples(answers)}
${learningTable(learning)}
${fittingNote(pairs)}</section>`;
}

/** The first of what it was asked, right and wrong. */
function examples(answers: readonly AnsweredPrompt[]): Markup | null {
  if (answers.length === 0) return null;
  const shown = answers.slice(0, MOST_EXAMPLES);
  const right = answers.filter(isExact).length;
  return html`${table({
    caption: `The first ${formatCount(shown.length)} of ${formatCount(answers.length)} held-out prompts that it was asked; it answered ${formatCount(right)} to the letter.`,
    head: ['Prompt', 'Expected', 'Answered', 'To the letter'].map(heading),
    rows: shown.map(
      (it) => html`<tr><th scope="row"><bdi>${shortened(it.prompt)}</bdi></th>
<td><bdi>${it.expected}</bdi></td><td><bdi class="continued">${shortened(it.answered)}</bdi></td>
<td>${isExact(it) ? 'yes' : 'no'}</td></tr>`,
    ),
  })}`;
}

const MOST_EXAMPLES = 10;
const MOST_CHARACTERS = 160;

function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length <= MOST_CHARACTERS ? text : `${characters.slice(0, MOST_CHARACTERS).join('')}…`;
}

function fittingNote({ cut, leftOut }: AnsweringResult['pairs']): Markup | null {
  if (cut === 0 && leftOut === 0) return null;
  return html`<p class="note">${formatCount(cut)} documents were too long for the context beside their answer and lost their end;
${formatCount(leftOut)} answers left no room for any of the document and were left out.</p>`;
}
