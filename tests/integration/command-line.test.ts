// The verbs on a registry that is there and a Temporal server on which nothing runs: typos and things that are not there
// are told in one line, with the documented exit code, and leave nothing behind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds, workflowTypes } from '../../contracts/messages.ts';
import { runCoppice } from '../support/command-line.ts';
import { model, openControlWorld } from '../support/control-world.ts';

let world: Awaited<ReturnType<typeof openControlWorld>>;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

const coppice = (...args: string[]) => runCoppice(args, world.environment);

const wrong: [args: string[], message: RegExp][] = [
  [['versions', 'nobody'], /^nobody is not in the registry$/],
  [['versions', '..'], /^\.\. is no name of a model: /],
  [['ledger', 'nobody'], /^nobody is not in the registry$/],
  [['ledger', 'verify', 'nobody'], /^nobody is not in the registry$/],
  [['diff', `${model}@1`, `${model}@9`], /^mail-filter@9 is not in the registry$/],
  [['keys', 'revoke', 'mine', '--reason', 'x'], /^the key: expected 16 hexadecimal digits$/],
  [['keys', 'trust', 'package.json', '--reason', 'x'], /^package.json holds no public key in PEM form$/],
  [['report', `${model}@9`], /^mail-filter@9 is not in the registry$/],
  [['served', model, '--at', 'noon'], /^--at: expected a time in ISO 8601, not noon$/],
  [['compare', `${model}@1`, 'other@1'], /versions of different models$/],
  [['freeze', 'nobody'], /^nobody is not known here: /],
  [['rollback', 'nobody', '--reason', 'x'], /^nobody is not known here: /],
  [['retrain', 'nobody'], /^nobody is not known here: /],
  ...['watch', 'cancel', 'explain-cache'].map((verb): [string[], RegExp] => [
    [verb, ''],
    /^expected a workflow id, not nothing$/,
  ]),
  ...['approve', 'reject', 'promote', 'canary'].map((verb): [string[], RegExp] => [
    [verb, `${model}@9`],
    /^mail-filter@9 is not in the registry$/,
  ]),
  ...['3,x', '2,3,4,5', '0'].map((others): [string[], RegExp] => [
    ['promote', `${model}@1`, '--with', others],
    new RegExp(`^--with: expected one to three versions, such as 3,4, not ${others}$`),
  ]),
  [['canary', `${model}@1`, '--with', '9'], /^mail-filter@9 is not in the registry$/],
  [
    ['retrain', model, '--from', 'another@1'],
    new RegExp(`^--from: expected a version of ${model}, not another@1$`),
  ],
  [
    ['retrain', model, '--from', `${model}@1`, '--strategy', 'full'],
    /^--from: a full run goes on from no version$/,
  ],
  [['retrain', model, '--strategy', 'magic'], /^--strategy: expected full or incremental, not magic$/],
  [['watch', 'lifecycle/x/y'], /^there is no run lifecycle\/x\/y$/],
  [['cancel', 'lifecycle/x/y'], /^there is no run lifecycle\/x\/y$/],
  [['explain-cache', 'lifecycle/x/y'], /^there is no run lifecycle\/x\/y$/],
  [['schedule', model], /^mail-filter has no schedule: /],
  [['predict', model], /^what to classify: /],
  [['logs', 'worker'], /^no stack runs here: /],
];

describe('coppice', () => {
  it.each(wrong)('exits 2 with one line for what is not there: %j', async (args, message) => {
    const { code, out, err } = await coppice(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err.trimEnd()).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('has started no workflow with any of these', async () => {
    for await (const { workflowId } of world.client.temporal.workflow.list()) expect(workflowId).toBe('none');
  });

  it('cancels runs and rollouts only, no controller', async () => {
    const controller = workflowIds.controller('other');
    const { workflow } = world.client.temporal;
    const started = { workflowId: controller, taskQueue: 'nobody', args: [{ model: 'other' }] };
    await workflow.start(workflowTypes.controller, started);
    const { code, err } = await coppice('cancel', controller);
    expect([code, err]).toEqual([2, 'model/other is neither a run nor a rollout\n']);
    const { status } = await workflow.getHandle(controller).describe();
    expect(status.name).toBe('RUNNING');
    await workflow.getHandle(controller).terminate();
  });

  it('prints versions, their comparison and who served, for people and for programs', async () => {
    const [table, json, compared, served] = await Promise.all([
      coppice('versions', model),
      coppice('versions', model, '--json'),
      coppice('compare', `${model}@1`, `${model}@2`),
      coppice('served', model, '--at', new Date().toISOString()),
    ]);
    expect(table.out).toMatch(/^mail-filter@2 {2}rolled-back .* 0\.950$/m);
    expect(JSON.parse(json.out)).toHaveLength(2);
    expect(compared.out).toMatch(
      /^accuracy +0\.850 \[0\.830, 0\.870\] +0\.950 \[0\.930, 0\.970\] +lie apart$/m,
    );
    expect(compared.out).toContain('judged on the same held-out documents');
    expect(served.out).toMatch(/^version 1 \(generation 3/);
    for (const { code, err } of [table, json, compared, served]) expect([code, err]).toEqual([0, '']);
  });

  it('tells what differs between versions, whether the registry holds, and whose signatures count', async () => {
    const [diff, verified, all, served, keys] = await Promise.all([
      coppice('diff', `${model}@1`, `${model}@2`),
      coppice('ledger', 'verify', model),
      coppice('ledger', 'verify', '--json'),
      coppice('served', '--at', new Date().toISOString()),
      coppice('keys', 'list'),
    ]);
    expect(diff.out).toMatch(/^spec: the same$/m);
    expect(diff.out).toMatch(/^accuracy +0\.850 .* lie apart$/m);
    expect(verified.out).toMatch(
      /^mail-filter: 6 entries \(up to 6, [0-9a-f]{12}\), 6 documents, all hold$/m,
    );
    expect(JSON.parse(all.out)).toMatchObject([{ model, entries: 6, problems: [] }]);
    expect(served.out).toMatch(/^mail-filter: version 1 \(generation 3/);
    expect(keys.out).toMatch(/^[0-9a-f]{16} .* trusted$/m);
    for (const { code, err } of [diff, verified, all, served, keys]) expect([code, err]).toEqual([0, '']);
  });
});
