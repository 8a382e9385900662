// What stands around the text of every page: running headers, footers, page numbers. It is known by its place and by what
// other pages have there.
import type { PageLine } from './page-lines.ts';

const FEWEST_PAGES = 3;
const OFTEN = 0.4; // share of pages that have a line at the same height, apart from their text
const APART = 1.4; // times the usual distance of lines: the gap between text and what stands around it
const NEAR = 2; // pages on, within which a header comes again: left and right pages may differ
const SAME_HEIGHT = 1.5; // points

/** With numbers taken alike, since those of pages count. */
function shapeOf(text: string): string {
  return text.replace(/\d+/g, '#').toLowerCase();
}

interface Edge {
  /** Positions of lines on the page, from the edge inwards, that stand at one height. */
  readonly at: readonly number[];
  readonly y: number;
  /** To the next line inwards, in sizes of its type. */
  readonly gap: number;
  readonly shape: string;
}

function edgeOf(lines: readonly PageLine[], order: 1 | -1): Edge | undefined {
  const sorted = lines.map((line, at) => ({ line, at })).sort((a, b) => order * (b.line.y - a.line.y));
  const [outer] = sorted;
  if (sorted.length === 0) return undefined;
  const { y } = outer.line;
  const level = sorted.filter(({ line }) => Math.abs(line.y - y) <= SAME_HEIGHT);
  const next = sorted.at(level.length);
  const gap = next === undefined ? Number.POSITIVE_INFINITY : Math.abs(next.line.y - y) / next.line.size;
  return {
    at: level.map(({ at }) => at),
    y,
    gap,
    shape: shapeOf(level.map(({ line }) => line.text).join(' ')),
  };
}

/** Marks the edges of pages that are furniture. */
function furnitureOf(edges: readonly (Edge | undefined)[], usualGap: number): boolean[] {
  const isApart = (edge: Edge): boolean => edge.gap > APART * usualGap;
  const heights = edges.flatMap((edge) => (edge !== undefined && isApart(edge) ? [edge.y] : []));
  const isUsualHeight = (y: number): boolean => {
    const alike = heights.filter((other) => Math.abs(other - y) <= SAME_HEIGHT).length;
    return alike >= FEWEST_PAGES && alike >= OFTEN * edges.length;
  };
  const shapes = new Map<string, number>();
  for (const edge of edges) if (edge) shapes.set(edge.shape, (shapes.get(edge.shape) ?? 0) + 1);
  return edges.map((edge, page) => {
    if (edge === undefined) return false;
    const comesAgain = [-NEAR, -1, 1, NEAR].some((step) => {
      const other = page + step < 0 ? undefined : edges.at(page + step);
      return other?.shape === edge.shape && Math.abs(other.y - edge.y) <= SAME_HEIGHT;
    });
    const isRepeated = comesAgain && (shapes.get(edge.shape) ?? 0) >= FEWEST_PAGES;
    return isRepeated || (isApart(edge) && isUsualHeight(edge.y));
  });
}

/**
 * Leaves out running headers and footers: a line on the edge that comes again on pages nearby, numbers taken alike, or that
 * stands apart from the text at a height at which many pages have one. Fewer than three pages are left as they are.
 * @param usualGap between lines, in sizes of type
 */
export function withoutFurniture(pages: readonly (readonly PageLine[])[], usualGap: number): PageLine[][] {
  let rest = pages.map((lines) => [...lines]);
  if (pages.length < FEWEST_PAGES) return rest;
  for (const order of [1, -1] as const) {
    for (let round = 0; round < 2; round += 1) {
      const edges = rest.map((lines) => edgeOf(lines, order));
      const marks = furnitureOf(edges, usualGap);
      if (!marks.includes(true)) break;
      rest = rest.map((lines, page) =>
        marks[page] ? lines.filter((_, at) => edges[page]?.at.includes(at) !== true) : lines,
      );
    }
  }
  return rest;
}
