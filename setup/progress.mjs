// A board of the steps under way: bars that redraw on a terminal, plain lines elsewhere.
import { formatDuration, formatEnded, formatRunning } from './progress-text.mjs';

const redrawEveryMs = 100;
const plainEveryMs = 15_000; // in a log, often enough to see that it lives

/**
 * @typedef {object} Output
 * @property {(text: string) => unknown} write
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 */

/**
 * @typedef {object} Step
 * @property {(fraction: number | undefined, note?: string) => void} progress
 * @property {(line: string) => void} detail what a program printed; shown with --verbose
 * @property {(note: string) => void} done
 * @property {(note: string) => void} failed
 */

/** @typedef {{title: string, fraction: number | undefined, note: string, started: number, told: number}} Running */

/**
 * @param {Output} output
 * @param {{verbose?: boolean, now?: () => number}} [options]
 */
export function createBoard(output, options = {}) {
  const now = options.now ?? Date.now;
  const redraws = output.isTTY === true && options.verbose !== true;
  /** @type {Set<Running>} */
  const running = new Set();
  let drawn = 0;
  let tick = 0;
  let steps = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const erase = () => {
    if (drawn > 0) output.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    if (!redraws) return tellPlainly();
    erase();
    for (const step of running) {
      output.write(
        `${formatRunning({ ...step, elapsedMs: now() - step.started }, output.columns ?? 80, tick)}\n`,
      );
    }
    drawn = running.size;
    tick += 1;
  };
  const tellPlainly = () => {
    for (const step of running) {
      if (now() - step.told < plainEveryMs) continue;
      step.told = now();
      const percent = step.fraction === undefined ? '' : ` ${Math.floor(step.fraction * 100)} %`;
      output.write(`  ${step.title}:${percent} ${step.note} (${formatDuration(now() - step.started)})\n`);
    }
  };
  const line = (/** @type {string} */ text) => {
    erase();
    output.write(`${text}\n`);
    if (redraws) draw();
  };

  return {
    /** How many steps there have been. */
    count: () => steps,
    line,
    /**
     * @param {string} title
     * @param {string} note what it begins with
     * @returns {Step}
     */
    step(title, note) {
      steps += 1;
      /** @type {Running} */
      const state = { title, fraction: undefined, note, started: now(), told: now() };
      running.add(state);
      if (redraws) draw();
      else line(`  ${title}: ${note}`);
      timer ??= setInterval(draw, redraws ? redrawEveryMs : 1_000);
      const end = (/** @type {boolean} */ ok, /** @type {string} */ ending) => {
        running.delete(state);
        line(formatEnded({ title, ok, note: ending, elapsedMs: now() - state.started }));
        if (running.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
      return {
        progress(fraction, text) {
          state.fraction = fraction;
          if (text !== undefined) state.note = text;
        },
        detail(text) {
          if (options.verbose) line(`    ${title} | ${text}`);
        },
        done: (ending) => end(true, ending),
        failed: (ending) => end(false, ending),
      };
    },
  };
}

/** @typedef {ReturnType<typeof createBoard>} Board */
