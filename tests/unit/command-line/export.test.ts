// The verb as it is called, against a control API of the test's own.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const coppice = fileURLToPath(new URL('../../../bin/coppice.mjs', import.meta.url));
const config = '{"model_type":"bert"}';
const weights = 'weights';
const card = '# m@1\n';
const referenceTo = (text: string) => ({
  digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
  mediaType: 'application/octet-stream',
  sizeBytes: text.length,
});
const files = { 'config.json': referenceTo(config), 'model.safetensors': referenceTo(weights) };

let folder: string;
let damaged = false;
const server = createServer((request, response) => {
  const name = request.url?.split('/package/').at(1);
  if (request.url?.endsWith('/m/versions/1/package')) response.end(JSON.stringify({ files }));
  else if (request.url?.endsWith('/m/versions/1/card')) response.end(card);
  else if (name === 'config.json') response.end(config);
  else if (name === 'model.safetensors') response.end(damaged ? 'wEights' : weights);
  else response.writeHead(404).end(JSON.stringify({ error: { message: 'm@2 is not in the registry' } }));
});
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coppice-export-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const env = { ...process.env, COPPICE_HOME: folder, CONTROL_URL: `http://127.0.0.1:${port}` };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [coppice, 'export', ...args], { env }, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

describe('coppice export', () => {
  it('writes the files of a version as the registry has them', async () => {
    const target = join(folder, 'whole', 'deep');
    const { code, out } = await run('m@1', target, '--json');
    const written = [...Object.keys(files), 'README.md'];
    expect([code, JSON.parse(out)]).toEqual([0, { directory: target, files: written }]);
    expect(await readFile(join(target, 'README.md'), 'utf8')).toBe(card);
    expect(await readFile(join(target, 'config.json'), 'utf8')).toBe(config);
    expect(await readFile(join(target, 'model.safetensors'), 'utf8')).toBe(weights);
  }, 60_000);

  it('adds a script and a page for browsers where it is asked to', async () => {
    const target = join(folder, 'page');
    const added = ['README.md', 'coppice.js', 'coppice.js.LEGAL.txt', 'index.html'];
    const { code, out } = await run('m@1', target, '--browser', '--json');
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { directory: target, files: [...Object.keys(files), ...added] },
    ]);
    expect((await readdir(target)).sort()).toEqual([...Object.keys(files), ...added].sort());
  }, 60_000);

  it('leaves no file whose bytes are not those of the registry', async () => {
    damaged = true;
    const target = join(folder, 'damaged');
    const { code, err } = await run('m@1', target);
    damaged = false;
    expect(code).toBe(1);
    expect(err).toMatch(/^model\.safetensors came as sha256:\w+, not as sha256:\w+\n$/);
    expect(await readdir(target)).toEqual(['config.json']);
  }, 60_000);

  it('writes nothing over, and makes no folder for a version that is not there', async () => {
    await writeFile(join(folder, 'mine'), '');
    expect(await run('m@1', folder)).toMatchObject({ code: 2, err: `${folder} is not empty\n` });
    const absent = join(folder, 'absent');
    expect(await run('m@2', absent)).toMatchObject({ code: 2, err: 'm@2 is not in the registry\n' });
    expect(await readdir(folder)).not.toContain('absent');
  }, 60_000);
});
