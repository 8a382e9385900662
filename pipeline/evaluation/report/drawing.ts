// Draws a vega-lite plot as SVG text, without a browser or a canvas. Colours are the page's CSS variables, so that one
// drawing serves light and dark. Vega is loaded when the first plot is drawn: it takes a fifth of a second.
import type { TopLevelSpec } from 'vega-lite';
import { escapeHtml, Markup } from './html.ts';

/** Width of a plot's inner part in pixels: two of them stand side by side in the page. */
export const PLOT_WIDTH = 380;

/** A plot in words and as a specification. */
export interface Plot {
  readonly title: string;
  /** What it shows, for those who cannot see it. */
  readonly alternative: string;
  readonly spec: TopLevelSpec;
}

/** A plot as it stands in the page. */
export interface DrawnPlot {
  readonly title: string;
  readonly alternative: string;
  readonly svg: Markup;
}

const axis = {
  domainColor: 'var(--line)',
  gridColor: 'var(--grid)',
  tickColor: 'var(--line)',
  labelColor: 'var(--muted)',
  titleColor: 'var(--muted)',
  labelFontSize: 12,
  titleFontSize: 12,
  titleFontWeight: 'normal' as const,
  titlePadding: 8,
};

const legend = {
  labelColor: 'var(--ink)',
  labelFontSize: 12,
  labelLimit: 0, // none: without a canvas widths are guessed too large
  symbolOpacity: 1,
  symbolStrokeWidth: 2.5,
  orient: 'bottom' as const,
  direction: 'vertical' as const,
  title: null,
};

const config = {
  background: 'transparent',
  font: 'inherit',
  aria: false, // the drawing as a whole has one text alternative
  view: { stroke: null },
  axis,
  legend,
};

/** @returns the plot as an SVG image with its text alternative */
export async function drawPlot({ title, alternative, spec }: Plot): Promise<DrawnPlot> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const compiled = vegaLite.compile({ ...spec, config }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const label = escapeHtml(`${title}. ${alternative}`);
  return {
    title,
    alternative,
    svg: new Markup(svg.replace('<svg ', `<svg role="img" aria-label="${label}" `)),
  };
}

/** @returns a layer with a dashed line from (0, 0) to (1, 1) in the fields `x` and `y` */
export function diagonal(): Extract<TopLevelSpec, { layer: unknown }>['layer'][number] {
  return {
    data: {
      values: [
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ],
    },
    mark: { type: 'line', strokeDash: [4, 4], strokeWidth: 1, color: 'var(--line)' },
    encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
  };
}
