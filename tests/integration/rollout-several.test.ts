// On the whole stack: several versions at once, by the verb that people use, of which the worse one goes back and the better
// one takes over; and two versions that each reader meets.
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

it('a reader meets both versions where they are interleaved, and the one that readers prefer takes over', async () => {
  const model = 'interleaved';
  await world.addLanguageModel(model, {
    ...{ design: 'interleaved', metrics: ['rating'], interval: 'exact', subjectWindowSeconds: 2 },
    ...{ maximumSample: 2_000, validation: { texts: ['나는 오늘'], rounds: 1, maximumLatencyRatio: 1_000 } },
  });
  await world.startRollout(model, 'shadow');
  let isOver = false;
  const ended = world.client.rolloutResult(model, 2).finally(() => {
    isOver = true;
  });
  const met = new Map<string, Set<number>>();
  const readOnce = async (user: string) => {
    const asked = { model, prompt: '나는 오늘', max_tokens: 2, user };
    const { status, answer } = await world.post('/v1/completions', asked);
    if (status !== 200) return;
    const version = Number(answer.system_fingerprint?.split('@')[1]);
    met.set(user, (met.get(user) ?? new Set()).add(version));
    const rating = { value: version === 2 ? 5 : 1, minimum: 1, maximum: 5 };
    await world.post('/v1/feedback', { model, response: answer.id, rating });
  };
  const reader = async (name: string) => {
    for (let visit = 0; !isOver; visit += 1)
      for (let turn = 0; turn < 4; turn += 1) await readOnce(`${name}-${visit}`);
  };
  const [result] = await Promise.all([ended, ...['kim', 'lee', 'park'].map(reader)]);
  expect(result).toMatchObject({ verdict: 'promote' });
  expect(result.reasons.join()).toMatch(/rating higher by 1\.0000 \(.*, \d+ subjects of both\)/);
  expect([...met.values()].some((versions) => versions.size === 2)).toBe(true);
  expect(await world.registry.readRouting(model)).toMatchObject({ champion: 2, quarantined: [] });
}, 300_000);
