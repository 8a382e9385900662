// How a rollout can end, each on the whole stack: two versions in processes of their own, clients that ask and tell labels,
// measurements from Prometheus; and a worker that is killed in each phase.
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RolloutStatus, workflowIds } from '../../contracts/messages.ts';
import { fatalText } from '../support/leaning-classifier.ts';
import { poll } from '../support/poll.ts';
import { openRolloutsWorld, type RolloutsWorld, type Traffic } from '../support/rollouts-world.ts';

let world: RolloutsWorld;
beforeAll(async () => {
  world = await openRolloutsWorld();
}, 240_000);
afterAll(() => world.close(), 60_000);

const mostlyHam: Traffic = { label: (position) => (position % 5 === 0 ? 'spam' : 'ham') };
const [leansToHam, leansToSpam] = [{ ham: 0.8 }, { ham: 0.2 }];

/** Starts version 2's rollout with clients that come until it has ended. */
async function rollOut(model: string, entry: 'shadow' | 'canary', traffic: Traffic | undefined) {
  await world.startRollout(model, entry);
  const clients = traffic && world.startTraffic(model, traffic);
  const result = await world.client.rolloutResult(model, 2);
  const routing = await world.registry.readRouting(model);
  await clients?.stop();
  const states = (await world.control.versions(model)).map(({ state }) => state);
  return { result, routing, states, answers: clients?.answers ?? [] };
}

/** Activities of the rollout in their order, with what they were given. */
async function activitiesOf(model: string) {
  const { temporal } = world.client;
  const history = await temporal.workflow.getHandle(workflowIds.rollout(model, 2)).fetchHistory();
  return (history.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => {
    if (!scheduled) return [];
    const [input] = scheduled.input?.payloads ?? [];
    const given = JSON.parse(Buffer.from(input.data ?? []).toString('utf8')) as { version?: number };
    return [{ name: scheduled.activityType?.name ?? '', version: given.version }];
  });
}

/** What must be so of every rollback. */
async function expectProvenRollback(
  model: string,
  { result, routing, states }: Awaited<ReturnType<typeof rollOut>>,
) {
  expect(result.verification).toMatchObject({ verified: true, quarantined: true, answersByBadVersion: 0 });
  expect(result.verification?.answersSince).toBeGreaterThan(0);
  expect(routing).toMatchObject({ champion: 1, quarantined: [2] });
  expect(states).toEqual(['champion', 'rolled-back']);
  const ledger = await world.registry.readLedger(model);
  expect(ledger.at(-1)).toMatchObject({
    change: { kind: 'rollback', version: 2 },
    result: { routing: { generation: result.verification?.generation } },
  });
  expect(await world.coppice('ledger', 'verify', model)).toMatchObject({ code: 0 });
  // Version 1 was seen to be loaded in every gateway before version 2 was asked anything.
  const activities = await activitiesOf(model);
  const target = activities.findIndex(({ name, version }) => name === 'awaitGateways' && version === 1);
  const asked = activities.findIndex(({ name }) => name === 'validateVersion');
  expect([target >= 0, target < asked]).toEqual([true, true]);
  const page = await (await request(result.incident?.page ?? '')).body.text();
  expect(page).toMatch(/version 2 answered \d+ requests: \d+ of its \d+ labelled answers wrong/);
  expect(page).toMatch(/\d+\.\d s from detection until every gateway had left it/);
}

describe('a rollout on real servers', () => {
  it('promotes a better version, which then answers everybody', async () => {
    await world.addModel('better', [leansToSpam, leansToHam]);
    const { result, routing, states } = await rollOut('better', 'shadow', mostlyHam);
    expect(result.verdict).toBe('promote');
    expect(result.look?.estimate).toBeGreaterThan(0);
    expect(routing).toMatchObject({ champion: 2, quarantined: [] });
    expect(states).toEqual(['retired', 'champion']);
    const { answer } = await world.post('/v1/classifications', { model: 'better', input: 'Hello' });
    expect(answer.version).toBe(2);
  }, 180_000);

  it('takes a worse version back out of the canary, and proves it', async () => {
    await world.addModel('worse', [leansToHam, leansToSpam]);
    const ended = await rollOut('worse', 'canary', mostlyHam);
    expect(ended.result.verdict).toBe('rollback');
    expect(ended.answers.some(({ version }) => version === 2)).toBe(true);
    await expectProvenRollback('worse', ended);
  }, 180_000);

  it('ends without a decision where the two are equally good, and keeps the version in service', async () => {
    await world.addModel('equal', [{ ham: 0.6 }, { ham: 0.4 }]);
    const { result, routing, states, answers } = await rollOut('equal', 'shadow', {
      label: (position) => (position % 2 === 0 ? 'ham' : 'spam'),
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', look: { pairs: 150 } });
    expect(routing).toMatchObject({ champion: 1, quarantined: [] });
    expect(states).toEqual(['champion', 'registered']);
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set([1]));
  }, 180_000);

  it('finds a version unhealthy whose process crashes, and takes it back', async () => {
    await world.addModel('crashing', [leansToHam, { ...leansToHam, fragile: true }]);
    // Only once it has readers: texts of before are asked of it in its validation, which would end it there.
    let hasReaders = false;
    const reached = poll(
      'version 2 has readers',
      async () => (await world.registry.readRouting('crashing'))?.challenger?.mode === 'canary',
      150_000,
    ).then(() => (hasReaders = true));
    const ended = await rollOut('crashing', 'canary', {
      ...mostlyHam,
      text: (position) => (hasReaders && position % 8 === 0 ? fatalText : 'Meeting moved to noon'),
    });
    await reached;
    expect(ended.result).toMatchObject({ verdict: 'unhealthy', look: { verdict: 'unhealthy' } });
    expect(ended.result.look?.reasons.join()).toMatch(/% of its requests fail, limit 10\.0 %/);
    await expectProvenRollback('crashing', ended);
  }, 180_000);

  it('holds a version that nobody asks, and never promotes it', async () => {
    await world.addModel('unasked', [leansToSpam, leansToHam], { patienceSeconds: 5 });
    await world.startRollout('unasked', 'shadow');
    const held = await poll(
      'a look at nothing',
      async () => {
        const status = await world.client.rolloutStatus('unasked', 2);
        return status?.look && status;
      },
      60_000,
    );
    expect(held).toMatchObject({
      phase: 'shadow',
      trafficFraction: 0,
      look: { verdict: 'continue', pairs: 0 },
    });
    const result = await world.client.rolloutResult('unasked', 2);
    expect(result.verdict).toBe('no-traffic');
    expect(await world.registry.readRouting('unasked')).toMatchObject({ champion: 1, quarantined: [] });
  }, 180_000);
});

describe('a worker that is killed in each phase of a rollout', () => {
  /** Kills it once the rollout is seen in the phase, which it does not leave meanwhile: it waits for clients or for the clock. */
  const killIn = async (model: string, phase: RolloutStatus['phase']) => {
    await poll(
      `${model} is in ${phase}`,
      async () => (await world.client.rolloutStatus(model, 2))?.phase === phase,
      150_000,
    );
    await world.killWorker();
  };

  it('leaves the end as it would have been: the better version is promoted', async () => {
    const model = 'outlives-workers';
    await world.addModel(model, [leansToSpam, leansToHam], {
      watchSeconds: 12,
      stepMinimumSample: 120, // more than come before the clients of the shadow are stopped
      validation: { rounds: 40, maximumLatencyRatio: 1_000 },
    });
    await world.startRollout(model, 'shadow');
    await killIn(model, 'validating');
    await killIn(model, 'shadow');
    let clients = world.startTraffic(model, mostlyHam);
    await poll(
      'the canary',
      async () => (await world.registry.readRouting(model))?.challenger?.mode === 'canary',
      150_000,
    );
    await clients.stop();
    await killIn(model, 'canary');
    clients = world.startTraffic(model, mostlyHam);
    await killIn(model, 'watching');
    expect(await world.client.rolloutResult(model, 2)).toMatchObject({ verdict: 'promote' });
    await clients.stop();
    expect(await world.registry.readRouting(model)).toMatchObject({ champion: 2, quarantined: [] });
    const changes = (await world.registry.readLedger(model)).map(({ change }) => change.kind);
    expect(changes).toEqual([
      'apply',
      'register',
      'promote',
      'register',
      'challenge',
      'challenge',
      'promote',
    ]);
    expect(await world.coppice('ledger', 'verify', model)).toMatchObject({ code: 0 });
  }, 600_000);
});
