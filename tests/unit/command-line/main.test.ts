// The command line as it is called: what goes to which stream, and the exit codes. No service runs.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelSpecSchema } from '../../../contracts/model-spec/model-spec.ts';

const coppice = fileURLToPath(new URL('../../../bin/coppice.mjs', import.meta.url));
const nobody = 'http://127.0.0.1:9'; // the discard port: nothing listens there
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-command-line-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = {
    ...process.env,
    ...{ COPPICE_HOME: folder, CONTROL_URL: nobody, GATEWAY_URL: nobody, TEMPORAL_ADDRESS: '127.0.0.1:9' },
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [coppice, ...args], { cwd: folder, env }, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

const definition = {
  name: 'mail-filter',
  task: 'text-classification',
  collection: { sources: [{ kind: 'files', name: 'mails', path: '/mails' }] },
};

// Each call starts a process, which takes its time where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

describe.concurrent('coppice', () => {
  it('prints JSON on standard output and nothing besides', async () => {
    const path = join(folder, 'good.model.mjs');
    await writeFile(path, `export default ${JSON.stringify(definition)};`);
    const { code, out, err } = await run('plan', path, '--json');
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual(modelSpecSchema.parse(definition));
  });

  it('tells every problem of a model file, exits 2 and starts nothing', async () => {
    const path = join(folder, 'bad.model.mjs');
    await writeFile(
      path,
      `export default ${JSON.stringify({ ...definition, name: 'Mail Filter', task: 'sing' })};`,
    );
    const { code, out, err } = await run('run', path);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^ {2}name: expected/m);
    expect(err).toMatch(/^ {2}task: /m);
    expect(err).not.toMatch(/^ +at /m); // no stack trace
  });

  it('exits 2 for a verb or an argument that it does not know', async () => {
    expect(await run('destroy')).toMatchObject({ code: 2, out: '' });
    const wrong = await run('lineage', 'mail-filter');
    expect(wrong).toMatchObject({
      code: 2,
      err: 'expected <model>@<number>, such as mail-filter@2, not mail-filter\n',
    });
  });

  it.each([
    ['the control API', ['versions', 'mail-filter']],
    ['the Temporal server', ['freeze', 'mail-filter']],
    ['the Temporal server', ['cancel', 'lifecycle/mail-filter/x']],
    ['the gateway', ['predict', 'mail-filter', 'win money']],
  ])('exits 3 with one line, which says why, where %s is down: %j', async (_service, args) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([3, '']);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err).toMatch(/ECONNREFUSED/);
  });

  it('says that no stack runs, and exits 1', async () => {
    const { code, out } = await run('status');
    expect([code, out]).toEqual([1, 'no stack runs here: `coppice up` starts one\n']);
  });
});
