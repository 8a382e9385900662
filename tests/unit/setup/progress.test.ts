import { describe, expect, it } from 'vitest';
import { createBoard } from '../../../setup/progress.mjs';
import {
  formatBar,
  formatBytes,
  formatDuration,
  formatEnded,
  formatRunning,
} from '../../../setup/progress-text.mjs';

describe('progress as text', () => {
  it('fills a bar in proportion and never beyond its width', () => {
    expect(formatBar(0, 10)).toBe('░░░░░░░░░░');
    expect(formatBar(0.25, 8)).toBe('██░░░░░░');
    expect(formatBar(1.7, 4)).toBe('████');
    expect(formatBar(-1, 4)).toBe('░░░░');
  });

  it('moves a mark to and fro within the width where the end is not known', () => {
    const frames = Array.from({ length: 8 }, (_, tick) => formatBar(undefined, 10, tick));
    expect(new Set(frames.map((frame) => frame.length))).toEqual(new Set([10]));
    expect(frames[0]).toBe('████░░░░░░');
    expect(frames[6]).toBe('░░░░░░████');
    expect(frames[7]).toBe(frames[0]);
  });

  it.each([
    [40, '0.0 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [59_700, '1 min 00 s'],
    [185_000, '3 min 05 s'],
  ])('says %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('says sizes in the unit that fits', () => {
    expect(formatBytes(512_000)).toBe('512 kB');
    expect(formatBytes(273_829_956)).toBe('273.8 MB');
  });

  it('cuts a running line to the terminal, so that redrawing erases all of it', () => {
    const step = { title: 'libtensorflow', fraction: 0.5, note: 'n'.repeat(200), elapsedMs: 1_000 };
    expect(formatRunning(step, 60, 0)).toHaveLength(59);
    expect(formatRunning({ ...step, note: 'short' }, 100, 0)).toContain(
      '██████████░░░░░░░░░░  50 %  1.0 s  short',
    );
  });

  it('marks how a step ended', () => {
    const ended = { title: 'MinIO', note: 'not to be had', elapsedMs: 100 };
    expect(formatEnded({ ...ended, ok: false })).toMatch(/^✗ MinIO +not to be had \(0\.1 s\)$/);
    expect(formatEnded({ ...ended, ok: true })).toMatch(/^✓ MinIO/);
  });
});

describe('the board of steps', () => {
  function output(isTTY: boolean) {
    const written: string[] = [];
    return { isTTY, columns: 80, write: (text: string) => written.push(text), text: () => written.join('') };
  }

  it('prints plain lines without a control character outside a terminal', () => {
    const log = output(false);
    const board = createBoard(log, { now: () => 0 });
    const step = board.step('MinIO', 'official release');
    step.progress(0.5, 'half');
    step.detail('what go says');
    step.done('built');
    expect(log.text()).toBe('  MinIO: official release\n✓ MinIO                built (0.0 s)\n');
    expect(board.count()).toBe(1);
  });

  it('redraws on a terminal: erases as many lines as it drew', () => {
    const terminal = output(true);
    const board = createBoard(terminal, { now: () => 0 });
    const first = board.step('MinIO', 'a');
    const second = board.step('Prometheus', 'b');
    first.done('built');
    expect(terminal.text()).toContain('\x1b[2A\x1b[0J✓ MinIO');
    second.done('built');
    expect(terminal.text().endsWith('\x1b[1A\x1b[0J✓ Prometheus           built (0.0 s)\n')).toBe(true);
  });

  it('shows what programs print when asked to, line by line and without redrawing', () => {
    const terminal = output(true);
    const board = createBoard(terminal, { verbose: true, now: () => 0 });
    const step = board.step('MinIO', 'go install');
    step.detail('go: downloading');
    step.failed('no network');
    expect(terminal.text()).toContain('    MinIO | go: downloading\n');
    expect(terminal.text()).not.toContain('\x1b');
  });
});
