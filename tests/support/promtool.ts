// Prometheus' own tool, asked about files that are written for one question.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { locateServers } from '../../setup/locate.mjs';

/** What promtool said. */
export interface Finding {
  readonly ok: boolean;
  readonly output: string;
}

export interface Promtool {
  checkRules(rules: string): Promise<Finding>;
  /** @param tests one unit test or more, as `promtool test rules` documents them */
  testRules(rules: string, tests: readonly object[]): Promise<Finding>;
  close(): Promise<void>;
}

/** @throws Error with what was tried where there is none */
export async function createPromtool(): Promise<Promtool> {
  const { promtool } = await locateServers();
  if ('missing' in promtool) throw new Error(`no promtool here: ${JSON.stringify(promtool.tried)}`);
  const folder = await mkdtemp(join(tmpdir(), 'coppice-promtool-'));
  const rulesFile = join(folder, 'rules.yml');
  const ask = (...words: string[]) =>
    new Promise<Finding>((resolve) => {
      execFile(promtool.path, [...promtool.args, ...words], (error, stdout, stderr) =>
        resolve({ ok: error === null, output: stdout + stderr }),
      );
    });
  return {
    checkRules: async (rules) => {
      await writeFile(rulesFile, rules);
      return ask('check', 'rules', rulesFile);
    },
    testRules: async (rules, tests) => {
      await writeFile(rulesFile, rules);
      const testFile = join(folder, 'tests.yml');
      const content = { rule_files: [rulesFile], evaluation_interval: '15s', tests };
      await writeFile(testFile, stringify(content, { lineWidth: 0 }));
      return ask('test', 'rules', testFile);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
