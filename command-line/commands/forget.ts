// forget: what holds a document or a subject, and with --delete its removal.
import type { Command } from 'commander';
import { ControlApiError } from '../../client/control-api.ts';
import type { CoppiceClient } from '../../client/coppice-client.ts';
import { RequestRefused } from '../../client/failures.ts';
import type { ForgettingResult, ForgettingStatus, ForgettingSurvey } from '../../contracts/forgetting.ts';
import { formatVersion } from '../../contracts/registry.ts';
import { controlApi, requester, withClient } from '../context.ts';
import { createOutput, shortTime } from '../output.ts';

interface Options {
  readonly delete: boolean;
  readonly json: boolean;
}

const lookEveryMs = 500;

export function forgetVerb(program: Command): void {
  program
    .command('forget')
    .argument('<document|subject>', 'id, URI or content digest of a document, or a subject of requests')
    .description(
      'list what holds a document or a subject; with --delete remove it and mark versions for retraining',
    )
    .option('--delete', 'remove it; without, nothing is changed', false)
    .option('--json', 'print JSON', false)
    .action(forget);
}

async function forget(text: string, { delete: remove, json }: Options): Promise<void> {
  const output = createOutput(json);
  const survey = await (await controlApi()).surveyForgetting(text).catch((error: unknown) => {
    if (error instanceof ControlApiError && error.status === 404) throw new RequestRefused(error.message);
    throw error;
  });
  if (!remove || isGone(survey)) {
    output.result(survey, () => [...describeSurvey(text, survey), ...hint(survey)].join('\n'));
    return;
  }
  for (const line of describeSurvey(text, survey)) output.note(line);
  const outcome = await withClient((client) => purge(client, survey.target));
  output.result(outcome, () => describeOutcome(text, outcome).join('\n'));
}

/** Forgotten before, and nothing has come since. */
function isGone(survey: ForgettingSurvey): boolean {
  const { forgottenAt, documentCount, blobs, checkpoints, observations } = survey;
  const held = documentCount + blobs.length + checkpoints.length + observations.length;
  return forgottenAt !== undefined && held === 0;
}

type Outcome =
  | ({ readonly phase: 'done' } & ForgettingResult)
  | ({ readonly phase: 'waiting' } & Omit<ForgettingStatus, 'phase'>);

/** Follows to the end, or to where only runs are waited for: those may take days, and the workflow waits by itself. */
async function purge(client: CoppiceClient, target: string): Promise<Outcome> {
  await client.forgettings.start({ target, by: requester() });
  let ended: ForgettingResult | undefined;
  const result = client.forgettings.result(target).then((it) => {
    ended = it;
  });
  for (;;) {
    const pause = new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    await Promise.race([result, pause]);
    if (ended) return { phase: 'done', ...ended };
    const { phase, ...status } = await client.forgettings.status(target);
    if (phase === 'waiting' && status.open.length > 0) {
      result.catch(() => undefined); // nobody waits for it any more
      return { phase, ...status };
    }
  }
}

function describeSurvey(text: string, survey: ForgettingSurvey): string[] {
  const { documentCount, shards, blobs, caches, checkpoints, observations, versions, forgottenAt } = survey;
  const bytes = (objects: readonly { readonly sizeBytes: number }[]) =>
    ` (${objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)} bytes)`;
  const kinds = [...new Set(blobs.map(({ kind }) => kind))];
  const sum = (of: 'predictions' | 'labels') => observations.reduce((total, it) => total + it[of], 0);
  const rows: readonly (readonly [number, string])[] = [
    [documentCount, 'documents'],
    [shards.length, `shards of collections, written anew without it${bytes(shards)}`],
    ...kinds.map((kind) => {
      const held = blobs.filter((blob) => blob.kind === kind).map(({ reference }) => reference);
      return [held.length, `${kind} removed${bytes(held)}`] as const;
    }),
    [caches.length, 'entries of the step cache'],
    [checkpoints.length, `checkpoints${bytes(checkpoints)}`],
    [sum('predictions'), `answers, in ${observations.length} objects written anew${bytes(observations)}`],
    [sum('labels'), 'labels of feedback'],
  ];
  return [
    ...(forgottenAt === undefined ? [] : [`${text} was forgotten ${shortTime(forgottenAt)}`]),
    ...rows.filter(([count]) => count > 0).map(([count, what]) => `${String(count).padStart(6)}  ${what}`),
    ...versions.map(
      ({ model, version }) => `        ${formatVersion(model, version)} saw it: to be marked for retraining`,
    ),
  ];
}

function hint(survey: ForgettingSurvey): string[] {
  return isGone(survey)
    ? ['nothing but the versions above holds anything of it']
    : ['nothing was changed; --delete removes it'];
}

function describeOutcome(text: string, outcome: Outcome): string[] {
  if (outcome.phase === 'waiting') {
    return [
      `${text} was removed; it is looked for again when these have ended, since they may write what they had read:`,
      ...outcome.open.map((run) => `  ${run}`),
    ];
  }
  const asked = outcome.retraining.filter(({ decision }) => decision !== 'ignored');
  return [
    outcome.outcome === 'unknown' ? `nothing holds ${text} any more` : `${text} is forgotten`,
    ...outcome.versions.map(
      ({ model, version }) => `  ${formatVersion(model, version)} is marked for retraining`,
    ),
    ...asked.map(({ model, decision, reason }) => `  ${model}: ${decision}, ${reason}`),
  ];
}
