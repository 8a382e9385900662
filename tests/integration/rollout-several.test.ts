// Several versions at once on the whole stack, by the verb that people use: the gateway shares its traffic out among their
// processes, the worse one goes back and the better one takes over.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { poll } from '../support/poll.ts';
import { openRolloutsWorld, type RolloutsWorld } from '../support/rollouts-world.ts';

let world: RolloutsWorld;
beforeAll(async () => {
  world = await openRolloutsWorld();
}, 240_000);
afterAll(() => world.close(), 60_000);

it('of two versions that are tried together the better one takes over, and the worse one is quarantined', async () => {
  const model = 'several';
  await world.addModel(model, [{ ham: 0.5 }, { ham: 0.2 }, { ham: 0.8 }], { maximumSample: 1_500 });
  const told = await world.coppice('promote', `${model}@2`, '--with', '3', '--reason', 'both at once');
  expect(told).toMatchObject({ code: 0 });
  for (const version of [2, 3]) {
    const asked = { model, input: 'Meeting moved to noon' };
    const answered = await poll(
      `version ${version} answers a tester`,
      async () => {
        const { status, answer } = await world.post('/v1/classifications', asked, {
          'x-coppice-version': String(version),
        });
        return status === 200 && answer;
      },
      60_000,
    );
    expect(answered.version).toBe(version);
  }
  const clients = world.startTraffic(model, { label: (position) => (position % 5 === 0 ? 'spam' : 'ham') });
  const result = await world.client.rolloutResult(model, 2);
  await clients.stop();
  expect(result).toMatchObject({ verdict: 'promote', version: 3 });
  expect(result.reasons.join()).toMatch(/version 2 \(rollback\): /);
  expect(await world.registry.readRouting(model)).toMatchObject({ champion: 3, quarantined: [2] });
  expect((await world.control.versions(model)).map(({ state }) => state)).toEqual([
    ...['retired', 'rolled-back', 'champion'],
  ]);
  const seen = new Set(clients.answers.map(({ version }) => version));
  expect([seen.has(1), seen.has(3), clients.answers.every(({ status }) => status === 200)]).toEqual([
    ...[true, true, true],
  ]);
  expect(await world.coppice('ledger', 'verify', model)).toMatchObject({ code: 0 });
}, 300_000);
