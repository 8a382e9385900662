// Overfitting in words.
import type { CurvePoint } from '../../../contracts/training-job.ts';
import { describeFit, fitOf } from '../fit.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

/** Nothing where the curve does not tell. */
export function fitNote(curve: readonly CurvePoint[], phase?: string): Markup | null {
  const fit = fitOf(curve);
  if (fit === null) return null;
  return html`<p>${phase === undefined ? null : html`<strong>${phase}.</strong> `}${describeFit(fit)}</p>`;
}
