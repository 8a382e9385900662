// The whole loop once, on real servers and real mails: collect, clean, train, evaluate, register, serve, hear the alert,
// train again, compare, roll back; then what the registry remembers, and a worker that is killed.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoopWorld, model, openLoopWorld } from '../support/loop-world.ts';
import { poll } from '../support/poll.ts';

let world: LoopWorld;
beforeAll(async () => {
  world = await openLoopWorld();
}, 240_000);
afterAll(() => world.close(), 60_000);

interface Answer {
  readonly id: string;
  readonly version: number;
  readonly error?: { readonly message: string };
}

async function post(path: string, body: unknown): Promise<{ status: number; reply: Answer }> {
  const { statusCode, body: reply } = await request(new URL(path, world.settings.gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: statusCode, reply: (await reply.json()) as Answer };
}

/** Sends a mail as its subject, and its true label as feedback. */
async function sendMail(position: number): Promise<Answer> {
  const { bytes, label } = world.mails[position];
  const input = {
    media_type: 'message/rfc822',
    encoding: 'base64',
    data: Buffer.from(bytes).toString('base64'),
  };
  const { reply } = await post('/v1/classifications', { model, subject: `mail-${position}`, input });
  await post('/v1/feedback', { model, prediction: reply.id, label });
  return reply;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a user of this stack would. */
function coppice(...parameters: string[]): Promise<Ended> {
  const program = fileURLToPath(new URL('../../bin/coppice.mjs', import.meta.url));
  const env = { ...process.env, ...world.environment, COPPICE_HOME: world.home };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...parameters], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

let sent = 0;

describe('the whole loop', () => {
  it('makes a first version from mails and labels, and puts it in service', async () => {
    await world.label('001-true', world.poolLabels);
    await world.client.applySpec(world.spec, 'test');
    expect(await world.makeVersion('first')).toBe(1);
    const status = await world.client.lifecycleStatus(`lifecycle/${model}/first`);
    expect(status?.stages.map(({ stage, state }) => [stage, state])).toEqual(
      ['collection', 'cleaning', 'tokenization', 'training', 'evaluation', 'registration'].map((stage) => [
        stage,
        'done',
      ]),
    );
    expect(status?.stages.at(-1)?.detail).toBe(
      `version 1, report: ${world.settings.controlUrl}/models/${model}/versions/1/report`,
    );
    expect((await world.rolloutOf(1)).verdict).toBe('promote');
    expect((await world.control.models()).find((it) => it.model === model)?.routing?.champion).toBe(1);
  }, 180_000);

  it('answers requests, and names what is wrong with those that it cannot answer', async () => {
    const { status, reply } = await poll(
      'an answer',
      async () => {
        const result = await post('/v1/classifications', { model, input: 'Meeting moved to noon' });
        return result.status === 200 ? result : undefined;
      },
      30_000,
    );
    expect([status, reply.version]).toEqual([200, 1]);
    expect((await post('/v1/classifications', { model: 'nobody', input: 'x' })).status).toBe(404);
    const malformed = await post('/v1/classifications', { input: 3, colour: 'red' });
    expect(malformed.status).toBe(400);
    expect(malformed.reply.error?.message).toMatch(/model[^]*input/);
    const metrics = await (await request(new URL('/metrics', world.settings.gatewayUrl))).body.text();
    expect(metrics).toContain(
      `coppice_requests_total{model="${model}",version="1",arm="champion",status="200"}`,
    );
  }, 60_000);

  it('is evaluated on a dataset of one’s own, and answers it as the gateway does', async () => {
    const data = join(world.home, 'own.jsonl');
    const lines = [
      { text: 'Meeting moved to noon', label: 'ham' },
      { text: 'You have won a prize, click here', label: 'spam' },
      { text: ' \n ', label: 'ham' },
    ];
    await writeFile(data, lines.map((line) => JSON.stringify(line)).join('\n'));
    const report = join(world.home, 'own.html');
    const evaluate = async (...target: string[]) => {
      const ended = await coppice('evaluate', ...target, '--data', data, '--json', '--report', report);
      expect([ended.code, ended.stderr.split(':')[0]]).toEqual([
        0,
        expect.stringMatching(/^dataset-evaluation\//),
      ]);
      return JSON.parse(ended.stdout) as { metrics: object; unanswered: object; target: string };
    };
    const version = await evaluate(`${model}@1`);
    expect(version).toMatchObject({ target: `${model}@1`, examples: 3, unanswered: { 'no-text': 1 } });
    expect(await readFile(report, 'utf8')).toContain(`${model}@1 on 3 lines`);
    const url = new URL('/v1', world.settings.gatewayUrl).href;
    const served = await evaluate(url, '--model', model, '--interface', 'classifications');
    expect(served.metrics).toEqual(version.metrics);
    const unknown = await coppice('evaluate', `${model}@9`, '--data', data);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('is not in the registry')]);
  }, 120_000);

  it('is told by an alert that quality is low, and trains again once, without repeating what is unchanged', async () => {
    // What has been labelled meanwhile is wrong: the version that comes of it must not stay.
    const inverted = world.poolLabels
      .slice(0, -40)
      .map(({ document, label }) => ({ document, label: label === 'spam' ? 'ham' : 'spam' }));
    await world.label('002-inverted', inverted);
    const run = await poll(
      'a run that an alert started',
      async () => {
        if (sent < 60) await sendMail(sent++);
        const state = await world.client.controllerState(model);
        return state?.run?.trigger?.kind === 'alert' ? state.run : undefined;
      },
      120_000,
    );
    expect(run.trigger).toMatchObject({ kind: 'alert', alert: 'CoppiceQualityDrop' });
    const { version } = await world.client.lifecycleResult(run.workflowId);
    expect(version).toBe(2);
    const status = await world.client.lifecycleStatus(run.workflowId);
    const states = new Map(status?.stages.map(({ stage, state }) => [stage, state]));
    expect([states.get('cleaning'), states.get('tokenization')]).toEqual(['cached', 'cached']);
    // The new labels are why the rest was computed.
    const { stdout: explained } = await coppice('explain-cache', run.workflowId);
    expect(explained).toMatch(
      new RegExp(`^cleaning +hit +\\S+ +computed at \\S+ by lifecycle/${model}/first$`, 'm'),
    );
    expect(explained).toMatch(
      /^selection +miss +\S+ +input labels was sha256:\w+…?, is sha256:\w+…? \(compared with /m,
    );
    const [, second] = await world.control.versions(model);
    expect(second.trigger).toEqual(run.trigger);
  }, 240_000);

  it('finds the new version worse in the shadow, takes it out and proves it', async () => {
    let ended = false;
    const outcome = world.rolloutOf(2).finally(() => {
      ended = true;
    });
    await poll(
      'the end of the rollout',
      async () => {
        if (!ended && sent < world.mails.length) await sendMail(sent++);
        return ended ? true : undefined;
      },
      180_000,
    );
    const { verdict, verification } = await outcome;
    expect(verdict).toBe('rollback');
    expect(verification).toMatchObject({ quarantined: true, answersByBadVersion: 0 });
    const states = (await world.control.versions(model)).map(({ version, state }) => [version, state]);
    expect(states).toEqual([
      [1, 'champion'],
      [2, 'rolled-back'],
    ]);
  }, 240_000);
});

describe('what is remembered', () => {
  it('is told by the command line: versions, lineage back to mails, who served, an unbroken ledger', async () => {
    const versions = JSON.parse((await coppice('versions', model, '--json')).stdout) as { version: number }[];
    expect(versions.map(({ version }) => version)).toEqual([1, 2]);
    const { stdout: lineage } = await coppice('lineage', `${model}@1`, '--json');
    expect(lineage).toContain('inbox/00001.eml');
    const { stdout: served } = await coppice('served', model, '--at', new Date().toISOString(), '--json');
    expect(JSON.parse(served)).toMatchObject({ champion: 1, quarantined: [2] });
    expect(await coppice('ledger', 'verify', model)).toMatchObject({ code: 0 });
    const { stdout: incidents } = await coppice('incidents', model);
    expect(incidents).toMatch(
      /version 2 answered no client\n.* s from detection until every gateway had left it/,
    );
  }, 120_000);

  it('refuses a model file with all its errors at once, and starts nothing', async () => {
    const path = join(world.home, 'wrong.model.mjs');
    await writeFile(
      path,
      "export default { name: 'Wrong Name', task: 'text-classification', collection: { sources: [] } };",
    );
    const { code, stderr } = await coppice('run', path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/name: [^]*collection\.sources: /);
    expect(stderr).not.toContain('    at ');
  }, 60_000);

  it('is found in the Temporal UI by the search attributes', async () => {
    const types = await poll(
      'workflows of the model',
      async () => {
        const found = new Set<string>();
        for await (const { type } of world.client.temporal.workflow.list({
          query: `CoppiceModel = "${model}"`,
        })) {
          found.add(type);
        }
        return found.size === 4 ? [...found].sort() : undefined;
      },
      30_000,
    );
    expect(types).toEqual(['controllerWorkflow', 'lifecycleWorkflow', 'rolloutWorkflow', 'trainingWorkflow']);
  }, 60_000);
});

describe('a worker that is killed', () => {
  it('is started again, and the run that it worked on ends well', async () => {
    await world.label('003-true', world.poolLabels);
    const { workflowId = '' } = await world.client.retrain(model, {
      trigger: { kind: 'person', name: 'test' },
      run: 'killed',
    });
    await poll(
      'a stage under way',
      async () =>
        (await world.client.lifecycleStatus(workflowId))?.stages.find(({ state }) => state === 'running'),
      30_000,
    );
    const before = await world.componentPid('worker');
    if (before === undefined) throw new Error('the worker does not run');
    process.kill(before, 'SIGKILL');
    const after = await poll(
      'another worker',
      async () => {
        const pid = await world.componentPid('worker');
        return pid !== undefined && pid !== before ? pid : undefined;
      },
      60_000,
    );
    expect(after).not.toBe(before);
    expect((await world.client.lifecycleResult(workflowId)).outcome).toBe('registered');
  }, 180_000);
});
