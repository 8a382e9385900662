// The story of the tour, chapter by chapter. Each says what it expects; what comes out otherwise ends the tour.
import { join } from 'node:path';
import { createControlApi } from '../../../client/control-api.ts';
import { connectCoppice } from '../../../client/coppice-client.ts';
import type { ModelSpec } from '../../../contracts/model-spec/model-spec.ts';
import { readSettings } from '../../../settings/settings.ts';
import { startStack, stopStack } from '../../../stack/control.ts';
import { prepareMails } from '../prepare.ts';
import { spoilLabels } from '../spoil-labels.ts';
import { setDataAside } from './aside.ts';
import { createLabelBatches } from './labels.ts';
import { expectThat, model, need, type Session } from './session.ts';
import { startTraffic } from './traffic.ts';
import { followRollout, followRun, type Say, waitFor } from './waiting.ts';

export interface Chapter {
  readonly title: string;
  readonly budgetSeconds: number;
  readonly tell: (session: Session, say: Say) => Promise<string>;
}

/** The labels that the team starts with; those of the last mails of the pool are held out from training always. */
const firstLabels = 200;
const by = 'the tour';

export const chapters: readonly Chapter[] = [
  {
    title: 'Prepare the mails: read, find duplicates, lay out pool and stream',
    budgetSeconds: 30,
    tell: async (session, say) => {
      session.mails = await prepareMails({
        workFolder: join(session.home, 'tour'),
        onProgress: ({ label, done, total }) => say(`${label} ${done}/${total}`),
      });
      const { facts, poolLabels, live } = session.mails;
      return (
        `${facts.distinct} of ${facts.mails} mails are distinct; ${poolLabels.length} are the pool, ${live.length} the live traffic ` +
        '(by receipt within each class, mixed at 21 % spam: not calendar order)'
      );
    },
  },
  {
    title: 'Start the local stack',
    budgetSeconds: 20,
    tell: async (session, say) => {
      await stopStack(session.home);
      const kept = await setDataAside(session.home);
      const stack = await startStack({
        home: session.home,
        environment: process.env,
        options: { profile: 'tour', leashed: true }, // it ends with this process, however that ends
        onChange: ({ components }) => {
          const healthy = Object.values(components).filter(({ state }) => state === 'healthy').length;
          say(`${healthy} of ${Object.keys(components).length} components are healthy`);
        },
      });
      const settings = readSettings({ ...process.env, ...stack.environment });
      session.running = {
        settings,
        client: await connectCoppice(settings),
        control: createControlApi(settings.controlUrl),
        label: await createLabelBatches(settings),
        traffic: startTraffic(settings.gatewayUrl, need(session.mails, 'mails').live),
      };
      const earlier = kept === undefined ? '' : `; data of an earlier stack were moved to ${kept}`;
      return `Temporal ${settings.temporal.uiUrl}, control pages ${settings.controlUrl}${earlier}`;
    },
  },
  {
    title: 'Version 1 learns from the first 200 labels',
    budgetSeconds: 40,
    tell: async (session, say) => {
      const { client, label } = need(session.running, 'stack');
      const { poolLabels } = need(session.mails, 'mails');
      const heldOut = poolLabels.slice(-session.spec.evaluation.holdout);
      await label('first', [...poolLabels.slice(0, firstLabels), ...heldOut]);
      await client.applySpec(session.spec, by);
      const { workflowId } = await client.retrain(model, { trigger: { kind: 'person', name: by } });
      expectThat((await followRun(session, need(workflowId, 'run'), say)) === 1, 'version 1');
      return describeRun(session, 1);
    },
  },
  {
    title: 'Version 1 enters service: nothing else is there to compare it with',
    budgetSeconds: 10,
    tell: async (session, say) => {
      const { verdict } = await followRollout(session, { version: 1, entry: 'shadow' }, say);
      expectThat(verdict === 'promote', 'version 1 in service');
      return `POST ${need(session.running, 'stack').settings.gatewayUrl}/v1/classifications answers`;
    },
  },
  {
    title: 'Mails come in; quality on delayed labels stays below the objective, an alert fires',
    budgetSeconds: 25,
    tell: async (session, say) => {
      const { client, label, traffic } = need(session.running, 'stack');
      const { poolLabels } = need(session.mails, 'mails');
      await label('meanwhile', poolLabels.slice(firstLabels, -session.spec.evaluation.holdout));
      traffic.setRate(14);
      const run = await waitFor(
        'an alert that starts a run',
        async () => {
          const { accuracy, answers } = traffic.accuracyOf(1);
          const figure = answers === 0 ? 'not known yet' : accuracy.toFixed(3);
          say(
            `${answers} mails answered, accuracy ${figure}; objective ${session.spec.monitoring.qualityObjective ?? '?'}`,
          );
          const state = await client.controllerState(model);
          return state?.run?.trigger?.kind === 'alert' ? state.run : undefined;
        },
        90,
      );
      traffic.setRate(0);
      expectThat(run.trigger?.kind === 'alert', 'a run that an alert started');
      return `${run.trigger.alert} (fingerprint ${run.trigger.fingerprint}) started ${run.workflowId} after ${traffic.used()} mails`;
    },
  },
  {
    title: 'The alert brings version 2, from the labels that have come meanwhile',
    budgetSeconds: 110,
    tell: async (session, say) => {
      const state = await need(session.running, 'stack').client.controllerState(model);
      const { workflowId } = need(state?.run, 'run');
      expectThat((await followRun(session, workflowId, say)) === 2, 'version 2');
      return describeRun(session, 2);
    },
  },
  {
    title: 'Version 2 against version 1: answers in the shadow decide, canary steps guard health',
    budgetSeconds: 60,
    tell: async (session, say) => {
      const { verdict, look, reasons } = await followRollout(session, { version: 2, entry: 'shadow' }, say);
      expectThat(verdict === 'promote', `version 2 promoted, not ${verdict} (${reasons.join('; ')})`);
      expectThat((look?.interval?.[0] ?? 0) > 0, 'an interval above zero');
      return `promoted after ${look?.pairs ?? '?'} mails: ${reasons[0]}`;
    },
  },
  {
    title: 'The alert resolves',
    budgetSeconds: 15,
    tell: async (session) => {
      const { client } = need(session.running, 'stack');
      await waitFor(
        'the alert to resolve',
        async () => {
          const history = (await client.controllerState(model))?.history ?? [];
          return history.find(({ what, decision }) => what.startsWith('alert ') && decision === 'resolved');
        },
        60,
      );
      return 'the controller heard that it has resolved';
    },
  },
  {
    title: 'Version 3 comes from spoiled labels: 70 % of the spam is called ham',
    budgetSeconds: 45,
    tell: async (session, say) => {
      const { client, label } = need(session.running, 'stack');
      const { poolLabels } = need(session.mails, 'mails');
      const trained = poolLabels.slice(0, -session.spec.evaluation.holdout);
      await label('spoiled', spoilLabels(trained, { share: 0.7, seed: session.spec.training.seed }));
      // Its gates would hold it; for the tour's sake they are lowered, and one epoch is enough to do harm.
      await client.applySpec(lenient(session.spec), by);
      const { workflowId } = await client.retrain(model, { trigger: { kind: 'person', name: by } });
      expectThat((await followRun(session, need(workflowId, 'run'), say)) === 3, 'version 3');
      return `${describeRun(session, 3)}; its gates would have held it and were lowered on purpose`;
    },
  },
  {
    title: 'The shadow test catches version 3',
    budgetSeconds: 30,
    tell: async (session, say) => {
      const { verdict, look } = await followRollout(session, { version: 3, entry: 'shadow' }, say);
      expectThat(verdict === 'rollback', `version 3 refused, not ${verdict}`);
      return `refused after ${look?.pairs ?? '?'} mails, before anyone saw an answer of it`;
    },
  },
  {
    title: 'On purpose it is let into the canary: its test takes it back, and the rollback is proven',
    budgetSeconds: 60,
    tell: async (session, say) => {
      const { client } = need(session.running, 'stack');
      await client.startRollout(model, {
        version: 3,
        entry: 'canary',
        by,
        reason: 'to show a rollback under traffic',
      });
      const { verdict, look, verification, incident } = await followRollout(
        session,
        { version: 3, entry: 'canary' },
        say,
      );
      expectThat(verdict === 'rollback', `version 3 rolled back, not ${verdict}`);
      expectThat(
        verification?.verified === true,
        `a verified rollback (${verification?.reasons.join('; ') ?? 'none'})`,
      );
      return `rolled back after ${look?.pairs ?? '?'} mails; ${[...verification.reasons, ...(incident?.lines ?? [])].join('; ')}`;
    },
  },
  {
    title: 'What the registry remembers',
    budgetSeconds: 5,
    tell: async (session) => {
      const { control, traffic } = need(session.running, 'stack');
      const states = new Map((await control.versions(model)).map(({ version, state }) => [version, state]));
      expectThat(states.get(1) === 'retired', `version 1 retired, not ${states.get(1) ?? 'absent'}`);
      expectThat(states.get(2) === 'champion', `version 2 champion, not ${states.get(2) ?? 'absent'}`);
      expectThat(states.get(3) === 'rolled-back', `version 3 rolled back, not ${states.get(3) ?? 'absent'}`);
      const { problems } = await control.verifyLedger(model);
      expectThat(problems.length === 0, `a ledger whose chain and signatures hold (${problems.join('; ')})`);
      expectThat(traffic.failed() === 0, `every request answered, not ${traffic.failed()} failed`);
      return `version 2 serves, version 3 is in quarantine; the ledger's chain and signatures hold; ${traffic.left()} live mails left`;
    },
  },
];

/** The spec with gates that let a bad version pass, for the tour alone. */
function lenient(spec: ModelSpec): ModelSpec {
  return {
    ...spec,
    evaluation: { ...spec.evaluation, gates: [] },
    training: { ...spec.training, fineTuning: { ...spec.training.fineTuning, incrementalEpochs: 1 } },
  };
}

function describeRun({ runs }: Session, version: number): string {
  const { result, tokensPerSecond } = need(runs.get(version), `version ${version}`);
  const { accuracy, f1, auc } = result.metrics;
  const figures = `accuracy ${accuracy.toFixed(3)}, F1 ${f1.toFixed(3)}, AUC ${auc.toFixed(3)} on held-out mails`;
  return `${figures}, ${Math.round(tokensPerSecond)} tokens/s`;
}
