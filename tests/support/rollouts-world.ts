// Rollouts on a whole stack: models with a version in service and one that challenges it, both made at once, and clients
// that ask and tell the true label.
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { openRegistryWriter, openStore } from '../../artifacts/open.ts';
import { createControlApi } from '../../client/control-api.ts';
import { connectCoppice } from '../../client/coppice-client.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import type { ModelDefinition, ModelSpec } from '../../contracts/model-spec/model-spec.ts';
import { readSettings } from '../../settings/settings.ts';
import { readStack } from '../../stack/control.ts';
import { type LeaningClassifier, putLeaningClassifier } from './leaning-classifier.ts';
import { specOf } from './model-fixtures.ts';
import { openOwnStack } from './own-stack.ts';
import { poll } from './poll.ts';
import { putUntrainedLanguageModel } from './untrained-language-model.ts';

/** Samples and times as short as they can be: Prometheus has measurements every two seconds. */
const rollout = {
  steps: [0.5],
  lookEverySeconds: 0.5,
  minimumSample: 30,
  optimalSample: 60,
  maximumSample: 150,
  stepMinimumSample: 10,
  stepMinimumSeconds: 0,
  watchSeconds: 2,
  patienceSeconds: 300,
  validation: { rounds: 2, maximumLatencyRatio: 1_000 }, // how busy the machine is must decide nothing
  guardrails: { minimumRequests: 5, maximumErrorRate: 0.1, maximumP95LatencyMs: 60_000 },
} satisfies ModelDefinition['rollout'];

/** @param position of the request, from 0 on */
export interface Traffic {
  readonly label: (position: number) => 'ham' | 'spam';
  readonly text?: (position: number) => string;
}

interface Answer {
  readonly id: string;
  readonly version: number;
  /** Of a text, in place of the version. */
  readonly system_fingerprint?: string;
}

export type RolloutsWorld = Awaited<ReturnType<typeof openRolloutsWorld>>;

export async function openRolloutsWorld() {
  const stack = await openOwnStack('rollouts');
  const settings = readSettings({ ...process.env, ...stack.environment });
  const store = await openStore(settings);
  const writer = await openRegistryWriter(settings, store);
  const client = await connectCoppice(settings);
  const ended = new AbortController();
  const running: Promise<unknown>[] = [];
  const workerPid = async () =>
    (await readStack(stack.environment['COPPICE_HOME'] ?? ''))?.components.worker?.pid ?? undefined;

  const post = async (
    path: string,
    body: unknown,
    headers = {},
  ): Promise<{ status: number; answer: Answer }> => {
    const { statusCode, body: reply } = await request(new URL(path, settings.gatewayUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: statusCode, answer: (await reply.json()) as Answer };
  };
  const commit = (model: string, change: Parameters<typeof writer.commit>[0]['change']) =>
    writer.commit({
      ...{ model, change, actor: 'test', reason: 'made for a test' },
      idempotencyKey: `${change.kind}-${crypto.randomUUID()}`,
    });
  const register = async (spec: ModelSpec, ofVersion: ArtifactReference) => {
    const model = spec.name;
    const unread = await store.artifacts.putJson({});
    const version = {
      ...{ model, runId: `lifecycle/${model}/${crypto.randomUUID()}` },
      trigger: { kind: 'person' as const, name: 'test' },
      spec: await writer.writeSpec({ model, spec, by: 'test' }),
      package: ofVersion,
      ...{ report: unread, evidence: unread, lineage: [], metrics: {} },
    };
    await commit(model, { kind: 'register', version });
  };

  return {
    settings,
    client,
    registry: store.registry,
    control: createControlApi(settings.controlUrl),
    coppice: stack.coppice,
    post,
    /** With SIGKILL; another has been started by then. */
    killWorker: async () => {
      const before = await workerPid();
      if (before === undefined) throw new Error('no worker runs');
      process.kill(before, 'SIGKILL');
      const isReplaced = async () => {
        const pid = await workerPid();
        return pid !== undefined && pid !== before;
      };
      await poll('another worker', isReplaced, 120_000);
    },
    /** Version 1 answers, the others are registered. */
    addModel: async (
      model: string,
      [champion, ...challengers]: readonly [LeaningClassifier, ...LeaningClassifier[]],
      policy: ModelDefinition['rollout'] = {},
    ) => {
      const spec = specOf(model, { rollout: { ...rollout, ...policy } });
      await client.applySpec(spec, 'test');
      for (const [index, classifier] of [champion, ...challengers].entries()) {
        await register(spec, await putLeaningClassifier(store.artifacts, classifier));
        if (index === 0) await commit(model, { kind: 'promote', version: 1 });
      }
      const answers = async () =>
        (await post('/v1/classifications', { model, input: 'Hello' })).status === 200;
      await poll(`${model} answers`, answers, 60_000);
    },
    /** The same of a language model; neither version has learnt anything. */
    addLanguageModel: async (model: string, policy: ModelDefinition['rollout']) => {
      const spec = specOf(model, {
        ...{ task: 'language-modelling', model: { preset: 'nano' }, training: { pretraining: {} } },
        rollout: { ...rollout, ...policy },
      });
      await client.applySpec(spec, 'test');
      for (const version of [1, 2]) {
        await register(spec, await putUntrainedLanguageModel(store.artifacts, version));
        if (version === 1) await commit(model, { kind: 'promote', version });
      }
      const answers = async () =>
        (await post('/v1/completions', { model, prompt: '나는', max_tokens: 1 })).status === 200;
      await poll(`${model} answers`, answers, 60_000);
    },
    startRollout: (model: string, entry: 'shadow' | 'canary') =>
      client.startRollout(model, { version: 2, by: 'test', reason: 'a test', entry }),
    /** Asks as subjects of which each comes once, some at a time, until it is stopped. @returns who answered so far */
    startTraffic: (model: string, { label, text = () => 'Meeting moved to noon' }: Traffic) => {
      const stopped = new AbortController();
      const answers: { readonly status: number; readonly version: number | undefined }[] = [];
      let position = 0;
      const ask = async () => {
        while (!stopped.signal.aborted && !ended.signal.aborted) {
          const own = position;
          position += 1;
          const asked = { model, subject: `subject-${own}`, input: text(own) };
          const { status, answer } = await post('/v1/classifications', asked);
          answers.push({ status, version: status === 200 ? answer.version : undefined });
          if (status === 200) await post('/v1/feedback', { model, prediction: answer.id, label: label(own) });
          await pause(20);
        }
      };
      const clients = Promise.all(Array.from({ length: 4 }, ask));
      running.push(clients);
      return {
        answers,
        stop: async () => {
          stopped.abort();
          await clients;
        },
      };
    },
    close: async () => {
      ended.abort();
      await Promise.allSettled(running);
      await client.close();
      await stack.close();
    },
  };
}
