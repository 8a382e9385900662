// How progress reads: bars, sizes and times as text. Pure, so that it can be tested without a terminal.

/**
 * @param {number | undefined} fraction 0 to 1; undefined where the end is not known
 * @param {number} width characters
 * @param {number} tick counts redraws: moves the mark of a bar without a known end
 * @returns {string} exactly `width` characters
 */
export function formatBar(fraction, width, tick = 0) {
  if (fraction === undefined) {
    const mark = Math.min(4, width);
    const at = tick % (width - mark + 1);
    return '░'.repeat(at) + '█'.repeat(mark) + '░'.repeat(width - mark - at);
  }
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** @param {number} bytes @returns {string} such as `273.8 MB` */
export function formatBytes(bytes) {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {number} ms @returns {string} such as `0.4 s`, `12 s` or `3 min 05 s` */
export function formatDuration(ms) {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/**
 * One line of a running step.
 * @param {{title: string, fraction: number | undefined, note: string, elapsedMs: number}} step
 * @param {number} columns width of the terminal; the line never wraps
 * @param {number} tick
 */
export function formatRunning(step, columns, tick) {
  const percent = step.fraction === undefined ? '    ' : `${Math.floor(step.fraction * 100)} %`.padStart(5);
  const bar = formatBar(step.fraction, 20, tick);
  const line = `  ${step.title.padEnd(20)} ${bar} ${percent}  ${formatDuration(step.elapsedMs).padStart(5)}  ${step.note}`;
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}

/**
 * The line of a step that ended.
 * @param {{title: string, ok: boolean, note: string, elapsedMs: number}} step
 */
export function formatEnded(step) {
  return `${step.ok ? '✓' : '✗'} ${step.title.padEnd(20)} ${step.note} (${formatDuration(step.elapsedMs)})`;
}
