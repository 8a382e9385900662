// A language model as its user meets it, on a stack of its own: from a folder of texts to a version that is registered and
// exported, by the command line.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGpt } from '../../pipeline/model/gpt-files.ts';
import { startStack, stopStack } from '../../stack/control.ts';

let home: string;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'coppice-language-'));
  const stack = await startStack({
    home: join(home, 'stack'),
    environment: process.env,
    options: { profile: 'tour', ports: 'anywhere', leashed: true },
    timeoutMs: 180_000,
  });
  environment = { ...process.env, ...stack.environment, COPPICE_HOME: stack.home };
}, 240_000);
afterAll(async () => {
  await stopStack(join(home, 'stack'));
  await rm(home, { recursive: true, force: true });
}, 60_000);

/** Runs the command line. */
function coppice(...parameters: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = fileURLToPath(new URL('../../bin/coppice.mjs', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...parameters], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** Writes a model file beside a folder of texts: the decisions of this house. */
async function writeModel(name: string, sections: object): Promise<string> {
  const folder = join(home, name);
  await mkdir(folder, { recursive: true });
  await cp(new URL('../../docs/adr', import.meta.url), join(folder, 'texts'), { recursive: true });
  const file = join(folder, `${name}.model.mjs`);
  const collection = { sources: [{ kind: 'files', name: 'texts', path: './texts' }] };
  const definition = { name, task: 'language-modelling', collection, ...sections };
  await writeFile(file, `export default ${JSON.stringify(definition)};`);
  return file;
}

const small = {
  tokenizer: { vocabularySize: 500 },
  model: { architecture: 'gpt2', layers: 1, hiddenSize: 32, heads: 2, contextLength: 32 },
  training: { pretraining: { epochs: 2, learningRate: 5e-3, batchSize: 8 } },
};

describe('a language model', () => {
  it('is trained, judged on documents that it did not see, registered, and exported as transformers reads it', async () => {
    const gates = [{ kind: 'at-most', metric: 'perplexity', bound: 450 }]; // a vocabulary of 500 at a guess has 500
    const file = await writeModel('decisions', { ...small, evaluation: { holdout: 10, gates } });
    const run = await coppice('run', file, '--json');
    expect(run.stderr).toMatch(/evaluation +done .* perplexity \d/);
    const told = JSON.parse(run.stdout) as { outcome: string; version: number; reasons: string[] };
    expect(told).toMatchObject({ outcome: 'registered', version: 1 });
    expect(told.reasons).toContain('version 1 is not rolled out: gateways do not serve language models');

    const exported = join(home, 'exported');
    expect((await coppice('export', 'decisions@1', exported)).code).toBe(0);
    expect((await readdir(exported)).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessing.json',
      'tokenizer.json',
    ]);
    const { config } = readGpt({
      config: await readFile(join(exported, 'config.json'), 'utf8'),
      weights: await readFile(join(exported, 'model.safetensors')),
    });
    expect(config).toMatchObject({ layers: 1, hiddenSize: 32, contextLength: 32, endOfTextId: 3 });
    const promoted = await coppice('promote', 'decisions@1');
    expect(promoted.code).not.toBe(0);
    expect(promoted.stdout + promoted.stderr).toContain('gateways do not serve language models');
  }, 480_000);
});
