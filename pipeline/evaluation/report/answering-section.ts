// What a language model was taught to answer, and how well it does on answers that it did not see.
import type { AnsweringResult } from '../../../contracts/stage-results.ts';
import type { CurvePoint } from '../../../contracts/training-job.ts';
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
}

/** Nothing for a model that only continues texts. */
export function answeringSection({
  answering,
}: {
  readonly answering?: AnsweringReport | undefined;
}): Markup | null {
  if (answering === undefined) return null;
  const { heldOut, pairs, prompt, learning } = answering;
  const metrics = answerMetricsOf(heldOut);
  const rows = Object.entries(answeringMetrics).map(
    ([
      name,
      { title, meaning },
    ]) => html`<tr><th scope="row">${title}<small>${meaning}; lower is better</small></th>
<td class="number">${formatNumber(metrics[name as keyof typeof metrics])}</td></tr>`,
  );
  const counted = `${formatCount(heldOut.documents)} held-out answers, ${formatCount(heldOut.tokens)} tokens`;
  return html`<section><h2>Answers</h2>
<p>It learned ${formatCount(pairs.training)} answers to this prompt, in which a document stands for <code>{text}</code>:</p>
<pre>${prompt}</pre>
${table({ caption: `On ${counted}, ends included.`, head: [heading('Metric'), numberHeading('Value')], rows })}
${learningTable(learning)}
${fittingNote(pairs)}</section>`;
}

function fittingNote({ cut, leftOut }: AnsweringResult['pairs']): Markup | null {
  if (cut === 0 && leftOut === 0) return null;
  return html`<p class="note">${formatCount(cut)} documents were too long for the context beside their answer and lost their end;
${formatCount(leftOut)} answers left no room for any of the document and were left out.</p>`;
}
