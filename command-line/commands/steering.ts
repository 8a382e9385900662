// approve, reject, pause, resume, promote, canary, rollback, freeze, unfreeze, predict: people's words to a model.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { CoppiceClient } from '../../client/coppice-client.ts';
import type { Decision, VersionRequest } from '../../contracts/messages.ts';
import { BadArgument, digestArgument, modelArgument, versionArgument } from '../arguments.ts';
import { controlApi, requester, requireModel, requireVersion, withClient } from '../context.ts';
import { askGateway } from '../gateway.ts';
import { createOutput, exitCodes } from '../output.ts';

interface Options {
  readonly json: boolean;
  readonly reason: string;
}

/** About one version, or where several are tried at once about all of them. */
type VersionsRequest = VersionRequest & { readonly others?: number[] };

/** Verbs about one version, all of one shape. */
const versionVerbs: readonly {
  readonly name: string;
  readonly description: string;
  readonly send: (client: CoppiceClient, model: string, request: VersionsRequest) => Promise<Decision>;
}[] = [
  {
    name: 'approve',
    description: 'let a version that waits for approval into traffic',
    send: (client, model, it) => client.approve(model, it),
  },
  {
    name: 'reject',
    description: 'keep a version out of traffic',
    send: (client, model, it) => client.reject(model, it),
  },
  {
    name: 'pause',
    description: 'hold an open rollout where it is; what is found worse or unhealthy goes back all the same',
    send: (client, model, it) => client.pauseRollout(model, it),
  },
  {
    name: 'resume',
    description: 'let a rollout that was paused go on',
    send: (client, model, it) => client.resumeRollout(model, it),
  },
  {
    name: 'promote',
    description: 'start the rollout of a version: shadow, canary steps, all traffic',
    send: (client, model, it) => client.startRollout(model, { ...it, entry: 'shadow' }),
  },
  {
    name: 'canary',
    description: 'let a version into the canary without a shadow test, even one in quarantine',
    send: (client, model, it) => client.startRollout(model, { ...it, entry: 'canary' }),
  },
];

export function steeringVerbs(program: Command): void {
  for (const { name, description, send } of versionVerbs) {
    const verb = program
      .command(name)
      .argument('<version>', 'such as mail-filter@2')
      .description(description)
      .option('--reason <text>', 'why, for the ledger', '')
      .option('--json', 'print JSON', false)
      .action(async (text: string, options: Options & { evidence?: string; with?: string }) => {
        const { json, reason, evidence } = options;
        const { model, version } = versionArgument(text);
        const others = options.with === undefined ? [] : otherVersions(options.with);
        const saw = evidence === undefined ? {} : { evidence: digestArgument('--evidence', evidence) };
        const decision = await steer(model, async (client) => {
          for (const named of [version, ...others]) await requireVersion(model, named);
          const beside = others.length > 0 ? { others } : {};
          return send(client, model, { version, by: requester(), reason, ...saw, ...beside });
        });
        answer(decision, json);
      });
    if (name === 'promote' || name === 'canary')
      verb.option('--with <versions>', 'further versions of it to try at the same time, such as 3,4');
    if (name === 'approve')
      verb.option('--evidence <digest>', 'what was seen; default: the evidence that waits for approval');
  }
  program
    .command('rollback')
    .argument('<model>')
    .description('take the challenger out, or go back to the version before; the bad version is quarantined')
    .requiredOption('--reason <text>', 'why, for the ledger')
    .option(
      '--without-temporal',
      'at once, by a signed entry of the ledger that the control process writes',
      false,
    )
    .option('--json', 'print JSON', false)
    .action(
      async (model: string, { json, reason, withoutTemporal }: Options & { withoutTemporal: boolean }) => {
        const asked = { by: requester(), reason };
        const decision = withoutTemporal
          ? await (await controlApi()).rollBackDirectly(modelArgument(model), asked)
          : await steer(model, (client) => client.rollback(model, asked));
        answer(decision, json);
      },
    );
  program
    .command('freeze')
    .argument('<model>')
    .description('start nothing for a model until it is unfrozen')
    .option('--json', 'print JSON', false)
    .action(async (model: string, { json }: Options) =>
      answer(await steer(model, (client) => client.pause(model, requester())), json),
    );
  program
    .command('unfreeze')
    .argument('<model>')
    .description('hear alerts and schedules again')
    .option('--json', 'print JSON', false)
    .action(async (model: string, { json }: Options) =>
      answer(await steer(model, (client) => client.resume(model, requester())), json),
    );
  program
    .command('predict')
    .argument('<model>')
    .argument('[text]', 'what to classify; `--file` instead for a document')
    .description('ask the version in service')
    .option('--file <path>', 'a document, such as a mail')
    .option('--media-type <type>', 'of the file', 'message/rfc822')
    .option('--json', 'print JSON', false)
    .action(predict);
}

/** @throws BadArgument where it is no list of one to three versions */
function otherVersions(text: string): number[] {
  if (!/^[1-9]\d{0,8}(,[1-9]\d{0,8}){0,2}$/.test(text))
    throw new BadArgument(`--with: expected one to three versions, such as 3,4, not ${text}`);
  return text.split(',').map(Number);
}

async function steer(model: string, say: (client: CoppiceClient) => Promise<Decision>): Promise<Decision> {
  modelArgument(model);
  return withClient(async (client) => {
    await requireModel(client, model);
    return say(client);
  });
}

function answer(decision: Decision, json: boolean): void {
  createOutput(json).result(decision, () => `${decision.decision}: ${decision.reason}`);
  if (!['done', 'started'].includes(decision.decision)) process.exitCode = exitCodes.failed;
}

async function predict(
  model: string,
  text: string | undefined,
  { file, mediaType, json }: { file?: string; mediaType: string; json: boolean },
): Promise<void> {
  if ((text === undefined) === (file === undefined))
    throw new BadArgument('what to classify: expected either a text or --file <path>');
  const input = file === undefined ? text : await readDocument(file, mediaType);
  const reply = await askGateway<{ label?: string; version?: number }>('/v1/classifications', {
    model,
    input,
  });
  createOutput(json).result(reply, () => `${reply.label ?? '?'} (version ${reply.version ?? '?'})`);
}

/** @throws BadArgument where the file cannot be read */
async function readDocument(file: string, mediaType: string): Promise<object> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new BadArgument(
      `--file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    );
  });
  return { media_type: mediaType, encoding: 'base64', data: bytes.toString('base64') };
}
