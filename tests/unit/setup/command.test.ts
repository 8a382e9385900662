import { describe, expect, it } from 'vitest';
import { findOnPath, lastWords, runCommand } from '../../../setup/command.mjs';

const node = (program: string, options = {}) => runCommand(process.execPath, ['-e', program], options);

describe('running a program', () => {
  it('gives every line of both outputs, as it comes and at the end', async () => {
    const lines: string[] = [];
    const output = await node('console.log("one"); console.error("two")', {
      onLine: (line: string) => lines.push(line),
    });
    expect(lines.sort()).toEqual(['one', 'two']);
    expect(output.split('\n').sort()).toEqual(['one', 'two']);
  });

  it('fails with the status and the words that say why', async () => {
    await expect(node('console.log("error: no space"); console.log("bye"); process.exit(3)')).rejects.toThrow(
      /exited with 3: error: no space$/,
    );
  });

  it('fails when the program is not there', async () => {
    await expect(runCommand('/nowhere/go', ['install'])).rejects.toThrow(
      /^go install did not start \(.*ENOENT/,
    );
  });

  it('ends a program that takes too long', async () => {
    await expect(node('setInterval(() => {}, 1000)', { timeoutMs: 300 })).rejects.toThrow(
      'took longer than 0.3 s',
    );
  });

  it('is found on PATH, and only there', () => {
    expect(findOnPath('sh', { PATH: '/nowhere:/bin' })).toBe('/bin/sh');
    expect(findOnPath('sh', { PATH: '' })).toBeUndefined();
    expect(findOnPath('no-such-program', process.env)).toBeUndefined();
  });
});

describe('the last words of a failed program', () => {
  it.each([
    [
      'npm error code EUSAGE\nnpm error\nnpm error Missing: x@1 from lock file\nnpm error aliases: ci',
      'Missing: x@1 from lock file',
    ],
    ['a.cc:1: error: no member\nmake: *** [a.o] Fehler 1', 'a.cc:1: error: no member'],
    ['E: Unable to locate package x\nW: unsandboxed, cannot drop rights', 'E: Unable to locate package x'],
    ['first\nlast', 'last'],
    ['', ''],
  ])('of %j are %j', (output, words) => {
    expect(lastWords(output)).toBe(words);
  });
});
