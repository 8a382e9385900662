// run, apply, retrain, watch, cancel: bringing versions about.
import type { Command } from 'commander';
import { RequestRefused } from '../../client/failures.ts';
import { loadModelFile } from '../../client/model-file.ts';
import { type Decision, workflowTypes } from '../../contracts/messages.ts';
import { type Strategy, strategies } from '../../contracts/model-spec/judgement.ts';
import type { ModelSpec } from '../../contracts/model-spec/model-spec.ts';
import { BadArgument, modelArgument, runArgument, versionArgument } from '../arguments.ts';
import { requester, requireModel, requireRegistry, requireVersion, withClient } from '../context.ts';
import { createOutput, exitCodes } from '../output.ts';
import { canBeTrained, planText } from '../training-plan.ts';
import { watchRun } from '../watch.ts';
import { watchRollout } from '../watch-rollout.ts';

interface RunOptions {
  readonly json: boolean;
  readonly detach: boolean;
  readonly dryRun?: boolean;
  readonly strategy?: Strategy;
  /** `<model>@<number>` */
  readonly from?: string;
}

export function runVerbs(program: Command): void {
  program
    .command('run')
    .argument('<spec>', 'a model file')
    .description('apply a model file and make a version from it, watching it from sources to the registry')
    .option('--strategy <name>', 'full or incremental; default: what the model file says')
    .option('--from <version>', 'go on from this version, <model>@<number>, in service or not')
    .option('--detach', 'do not wait for the end', false)
    .option('--dry-run', 'tell memory, steps and time of the training; start nothing', false)
    .option('--json', 'print JSON', false)
    .action(async (path: string, options: RunOptions) => {
      checkStrategy(options);
      const spec = await loadModelFile(path);
      const from = baseOf(spec.name, options);
      if (options.dryRun === true) return tellPlan(spec, options.json);
      await withClient(async (client) => {
        await requireRegistry(spec.name);
        if (from !== undefined) await requireVersion(spec.name, from);
        await client.applySpec(spec, requester());
        await startAndWatch(client, spec.name, options);
      });
    });
  program
    .command('apply')
    .argument('<spec>', 'a model file')
    .description('make a model file the one that runs, alerts and rollouts follow; starts nothing')
    .option('--json', 'print JSON', false)
    .action(async (path: string, { json }: RunOptions) => {
      const spec = await loadModelFile(path);
      const decision = await withClient(async (client) => {
        await requireRegistry(spec.name);
        return client.applySpec(spec, requester());
      });
      createOutput(json).result(decision, () => decision.reason);
    });
  program
    .command('plan')
    .argument('<spec>', 'a model file')
    .description('check a model file and print it with every default; starts nothing')
    .option('--json', 'print JSON', false)
    .action(async (path: string, { json }: RunOptions) => {
      const spec = await loadModelFile(path);
      createOutput(json).result(spec, () => JSON.stringify(spec, null, 2));
    });
  program
    .command('retrain')
    .argument('<model>')
    .description('make a new version of a model that is known')
    .option('--strategy <name>', 'full or incremental; default: what the model file says')
    .option('--from <version>', 'go on from this version, <model>@<number>, in service or not')
    .option('--detach', 'do not wait for the end', false)
    .option('--json', 'print JSON', false)
    .action((model: string, options: RunOptions) => {
      checkStrategy(options);
      modelArgument(model);
      const from = baseOf(model, options);
      return withClient(async (client) => {
        await requireModel(client, model);
        if (from !== undefined) await requireVersion(model, from);
        await startAndWatch(client, model, options);
      });
    });
  program
    .command('watch')
    .argument('<run>', 'a workflow id, such as lifecycle/mail-filter/2026-05-03T10-00-00-000Z', runArgument)
    .description('follow a run or a rollout to its end')
    .option('--json', 'print JSON', false)
    .action((run: string, { json }: RunOptions) => withClient((client) => follow(client, run, json)));
  program
    .command('cancel')
    .argument('<run>', 'a workflow id', runArgument)
    .description('stop a run or a rollout; the checkpoint of a run stays')
    .option('--json', 'print JSON', false)
    .action(async (run: string, { json }: RunOptions) => {
      await withClient((client) => cancel(client, run));
      createOutput(json).result({ cancelled: run }, () => `${run} was told to stop`);
    });
}

function checkStrategy({ strategy }: RunOptions): void {
  if (strategy !== undefined && !strategies.includes(strategy))
    throw new BadArgument(`--strategy: expected ${strategies.join(' or ')}, not ${strategy as string}`);
}

/**
 * @returns the number of the version that `--from` names
 * @throws BadArgument where it is of another model, or the run is to start from random weights
 */
function baseOf(model: string, { from, strategy }: RunOptions): number | undefined {
  if (from === undefined) return undefined;
  const named = versionArgument(from);
  if (named.model !== model) throw new BadArgument(`--from: expected a version of ${model}, not ${from}`);
  if (strategy === 'full') throw new BadArgument('--from: a full run goes on from no version');
  return named.version;
}

async function tellPlan(spec: ModelSpec, json: boolean): Promise<void> {
  const plan = await withClient((client) => client.planTraining(spec));
  createOutput(json).result(plan, () => planText(plan));
  if (!canBeTrained(plan)) process.exitCode = exitCodes.failed;
}

type Client = Parameters<Parameters<typeof withClient>[0]>[0];

async function startAndWatch(client: Client, model: string, options: RunOptions): Promise<void> {
  const { strategy } = options;
  const from = baseOf(model, options);
  const decision = await client.retrain(model, {
    trigger: { kind: 'person', name: requester() },
    ...(strategy && { strategy }),
    ...(from !== undefined && { from }),
  });
  if (decision.decision !== 'started' || options.detach) announce(decision, options.json);
  else await follow(client, decision.workflowId ?? '', options.json);
}

function announce(decision: Decision, json: boolean): void {
  createOutput(json).result(decision, () =>
    decision.decision === 'started'
      ? `started: ${decision.workflowId ?? decision.reason}`
      : `${decision.decision}: ${decision.reason}`,
  );
  if (decision.decision !== 'started') process.exitCode = exitCodes.failed;
}

const cancellable: readonly string[] = [workflowTypes.lifecycle, workflowTypes.rollout];

async function cancel(client: Client, run: string): Promise<void> {
  const found = await client.describeWorkflow(run);
  if (!found) throw new RequestRefused(`there is no run ${run}`);
  // A controller or a training by itself is not for this verb to end: the one comes back, the other fails its run.
  if (!cancellable.includes(found.type)) throw new RequestRefused(`${run} is neither a run nor a rollout`);
  if (found.status !== 'RUNNING') throw new RequestRefused(`${run} has ended already`);
  await client.cancelRun(run);
}

async function follow(client: Client, run: string, json: boolean): Promise<void> {
  const found = await client.describeWorkflow(run);
  switch (found?.type) {
    case workflowTypes.lifecycle: {
      const result = await watchRun(client, run);
      createOutput(json).result({ run, ...result }, () =>
        result.outcome === 'registered'
          ? [`registered as version ${result.version ?? '?'}`, ...result.reasons].join('; ')
          : `rejected: ${result.reasons.join('; ')}`,
      );
      if (result.outcome !== 'registered') process.exitCode = exitCodes.failed;
      return;
    }
    case workflowTypes.rollout: {
      const result = await watchRollout(client, run);
      createOutput(json).result({ run, ...result }, () => `${result.verdict}: ${result.reasons.join('; ')}`);
      if (result.verdict !== 'promote') process.exitCode = exitCodes.failed;
      return;
    }
    case undefined:
      throw new RequestRefused(`there is no run ${run}`);
    default:
      throw new RequestRefused(`${run} is neither a run nor a rollout`);
  }
}
