// What a language model was taught to answer, and how well it does on answers that it did not see.
import type { AnswerMetric, WrittenMetric } from '../../../contracts/model-spec/judgement.ts';
import type { AnsweringResult } from '../../../contracts/stage-results.ts';
import type { CurvePoint } from '../../../contracts/training-job.ts';
import type { AnswerMeasures } from '../answer-metrics.ts';
import type { AnsweredPrompt } from '../exact-match.ts';
import { isExact } from '../exact-match.ts';
import { formatCount } from '../format.ts';
import type { MetricTable } from '../metric-table.ts';
import { answeringMetrics } from '../metric-table.ts';
import { heading, numberHeading, table } from './elements.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';
import { learningTable } from './learning-table.ts';
import { estimateCell } from './metrics-section.ts';

export interface AnsweringReport extends Pick<AnsweringResult, 'heldOut' | 'pairs'> {
  /** What the model reads before it answers. */
  readonly prompt: string;
  readonly learning: readonly CurvePoint[];
  /** What it was asked. */
  readonly answers: readonly AnsweredPrompt[];
  /** How well it answered; absent where it was asked nothing. */
  readonly measures?: AnswerMeasures;
}

interface AnsweringPart {
  readonly answering?: AnsweringReport | undefined;
  /** Of the whole evaluation: what held-out answers cost is among them. */
  readonly metrics: MetricTable;
  readonly seed: number;
}

/** Nothing for a model that only continues texts. */
export function answeringSection({ answering, metrics, seed }: AnsweringPart): Markup | null {
  if (answering === undefined) return null;
  const { heldOut, pairs, prompt, learning, answers, measures } = answering;
  const counted = `${formatCount(heldOut.documents)} held-out answers, ${formatCount(heldOut.tokens)} tokens`;
  const rows = (['answerLoss', 'answerPerplexity'] as const).map(
    (name) => html`<tr>${metricCell(name)}${estimateCell(metrics[name])}</tr>`,
  );
  return html`<section><h2>Answers</h2>
<p>It learned ${formatCount(pairs.training)} answers to this prompt, in which a document stands for <code>{text}</code>:</p>
<pre>${prompt}</pre>
${table({ caption: `On ${counted}, ends included, with 95 % bootstrap intervals over answers (seed ${seed}).`, head: [heading('Metric'), numberHeading('Value')], rows })}
${measures === undefined ? null : measuresTable(measures, answers.length)}
${examples(answers)}
${learningTable(learning)}
${fittingNote(pairs)}</section>`;
}

function metricCell(name: AnswerMetric, note?: string): Markup {
  const { title, meaning, better } = answeringMetrics[name];
  return html`<th scope="row">${title}<small>${meaning}; ${better} is better</small>${
    note === undefined ? null : html`<small><code>${note}</code></small>`
  }</th>`;
}

/** What it answered beside what would have been answered without it. */
function measuresTable({ systems, signatures }: AnswerMeasures, count: number): Markup {
  return table({
    caption: `On ${formatCount(count)} of the prompts, answered by the likeliest token each time, with 95 % intervals; below each metric how it was counted.`,
    head: [heading('Metric'), ...systems.map(({ title }) => numberHeading(title))],
    rows: Object.entries(signatures).map(([name, signature]) => {
      const cells = systems.map(({ metrics }) => estimateCell(metrics[name as WrittenMetric]));
      return html`<tr>${metricCell(name as WrittenMetric, signature)}${cells}</tr>`;
    }),
  });
}

/** The first of what it was asked, right and wrong. */
function examples(answers: readonly AnsweredPrompt[]): Markup | null {
  if (answers.length === 0) return null;
  const shown = answers.slice(0, MOST_EXAMPLES);
  const right = answers.filter(isExact).length;
  return html`${table({
    caption: `The first ${formatCount(shown.length)} of ${formatCount(answers.length)} held-out prompts that it was asked; it answered ${formatCount(right)} to the letter.`,
    head: ['Prompt', 'Expected', 'Answered', 'To the letter', 'Nearest document’s'].map(heading),
    rows: shown.map(
      (it) => html`<tr><th scope="row"><bdi>${shortened(it.prompt)}</bdi></th>
<td><bdi>${it.expected}</bdi></td><td><bdi class="continued">${shortened(it.answered)}</bdi></td>
<td>${isExact(it) ? 'yes' : 'no'}</td><td><bdi>${shortened(it.retrieved ?? '–')}</bdi></td></tr>`,
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
