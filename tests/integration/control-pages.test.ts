// The control API and its pages over the real store, with no worker and no controller about.
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createControlApi } from '../../client/control-api.ts';
import { hostile, model, openControlWorld } from '../support/control-world.ts';

let world: Awaited<ReturnType<typeof openControlWorld>>;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

async function get(path: string): Promise<{ status: number; type: string; text: string }> {
  const { statusCode, headers, body } = await request(`${world.url}${path}`);
  return { status: statusCode, type: String(headers['content-type']), text: await body.text() };
}

describe('a control page', () => {
  it('leads from all models to a model and on to the report of a version', async () => {
    const links = (html: string) => [...html.matchAll(/href="(\/[^"]+)"/g)].map(([, path]) => path);
    expect(links((await get('/')).text)).toContain(`/models/${model}`);
    const page = await get(`/models/${model}`);
    expect([page.status, page.type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toMatch(/version 1<\/dd>/);
    const report = links(page.text).find((path) => path.endsWith('/2/report'));
    expect((await get(report ?? '/')).text).toContain('report of second');
  });

  it('shows a hostile reason as text', async () => {
    const { text } = await get(`/models/${model}`);
    expect(text).not.toContain(hostile);
    expect(text).toContain('&lt;script&gt;');
  });

  it('tells each rollback on a page of its own, hostile reasons as text', async () => {
    const [incident] = await createControlApi(world.url).incidents(model);
    const { status, text } = await get(`/models/${model}/incidents/${incident.generation}`);
    expect(status).toBe(200);
    expect(text).toContain('version 2 answered no client');
    expect(text).not.toContain(hostile);
    expect((await get(`/models/${model}`)).text).toContain(`/incidents/${incident.generation}"`);
    expect((await get(`/models/${model}/incidents/1`)).status).toBe(404);
  });

  it('is a 404 in words for a model or a version that is not there', async () => {
    for (const path of [
      '/models/nobody',
      `/models/${model}/versions/9/report`,
      '/api/models/nobody/ledger',
      '/api/models/nobody/served?at=2026-01-01',
      `/api/models/${model}/versions/9/evidence`,
      `/api/models/${model}/versions/1/package/__proto__`,
    ]) {
      const { status, text } = await get(path);
      expect([path, status]).toEqual([path, 404]);
      expect(JSON.parse(text)).toMatchObject({
        error: { message: expect.stringMatching(/not in the registry/) as string },
      });
    }
  });

  it('refuses a name that no model can have, and a version that is no number', async () => {
    expect((await get('/api/models/No%20Name')).status).toBe(400);
    expect((await get(`/api/models/${model}/versions/one/lineage`)).status).toBe(400);
  });
});

describe('the control API', () => {
  it('says where the store is and what it lacks', async () => {
    const { locations, lacks } = await createControlApi(world.url).store();
    expect(locations[0]).toMatch(/^http:.*\/artifacts-/);
    expect(lacks).toEqual(['the store forgets on Sundays']);
  });

  it('answers what the client reads: versions, ledger, who served, evidence, packages', async () => {
    const api = createControlApi(world.url);
    expect((await api.versions(model)).map(({ version, state }) => [version, state])).toEqual([
      [1, 'champion'],
      [2, 'rolled-back'],
    ]);
    expect(await api.verifyLedger(model)).toMatchObject({ entries: 6, problems: [] });
    expect((await api.served(model, new Date()))?.champion).toBe(1);
    expect((await api.evidence(model, 2)).systems[0].metrics.accuracy.value).toBe(0.95);
    const { files } = await api.packageFiles(model, 2);
    const chunks: Buffer[] = [];
    for await (const chunk of await api.openPackageFile(model, 2, 'config.json'))
      chunks.push(chunk as Buffer);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual({ run: 'second' });
    expect(Buffer.concat(chunks)).toHaveLength(files['config.json'].sizeBytes);
  });
});

describe('a rollback without Temporal', () => {
  it('is signed by the control process, and refused in words where nothing is left to go back to', async () => {
    const api = createControlApi(world.url);
    const asked = api.rollBackDirectly(model, { by: 'lee', reason: 'complaints' });
    await expect(asked).rejects.toMatchObject({
      ...{ status: 422, message: 'no version before mail-filter@1 to roll back to' },
    });
    const { problems } = await api.verifyLedger(model);
    expect(problems).toEqual([]);
  });
});
