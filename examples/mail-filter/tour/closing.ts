// The end of the tour: versions, verdicts with intervals, time against budget, and where to look.
import { shortTime, table } from '../../../command-line/output.ts';
import { model, type Session } from './session.ts';

export interface ChapterTime {
  readonly title: string;
  readonly budgetSeconds: number;
  readonly seconds: number;
}

export async function closing(
  session: Session,
  times: readonly ChapterTime[],
  failure: Error | undefined,
): Promise<string> {
  const parts = [
    await describeVersions(session),
    describeRollouts(session),
    describeTimes(session, times),
    describeLinks(session),
  ];
  const end =
    failure === undefined ? 'All came out as told.' : `The tour did not come out as told: ${failure.message}`;
  return [...parts.filter((part) => part !== ''), end].join('\n\n');
}

async function describeVersions({ running }: Session): Promise<string> {
  const versions = await running?.control.versions(model).catch(() => []);
  if (!versions || versions.length === 0) return '';
  const number = (value: number | undefined) => (value === undefined ? '' : value.toFixed(3));
  return table(
    ['version', 'state', 'made', 'because of', 'accuracy', 'F1', 'AUC', 'Brier'],
    versions.map(({ version, state, createdAt, trigger, metrics }) => [
      String(version),
      state,
      shortTime(createdAt),
      trigger.kind === 'alert' ? `alert ${trigger.alert}` : trigger.kind,
      ...[metrics.accuracy, metrics.f1, metrics.auc, metrics.brier].map(number),
    ]),
  );
}

function describeRollouts({ rollouts }: Session): string {
  if (rollouts.length === 0) return '';
  return table(
    ['rollout of', 'began in', 'verdict', 'mails', 'Brier lower by (95 %)'],
    rollouts.map(({ version, entry, result: { verdict, look } }) => [
      `version ${version}`,
      entry,
      verdict,
      String(look?.pairs ?? ''),
      look?.interval
        ? `${look.estimate?.toFixed(4) ?? ''} [${look.interval.map((bound) => bound.toFixed(4)).join(', ')}]`
        : '',
    ]),
  );
}

function describeTimes({ startedAt }: Session, times: readonly ChapterTime[]): string {
  const total = (Date.now() - startedAt) / 1_000;
  const budget = times.reduce((sum, { budgetSeconds }) => sum + budgetSeconds, 0);
  const rows = times.map(({ title, budgetSeconds, seconds }) => [
    String(budgetSeconds),
    seconds.toFixed(0),
    title,
  ]);
  return table(
    ['budget', 'actual', 'seconds for'],
    [...rows, [String(budget), total.toFixed(0), 'all of it']],
  );
}

function describeLinks({ running }: Session): string {
  if (!running) return '';
  const { settings, control } = running;
  return [
    `Temporal UI    ${settings.temporal.uiUrl}/namespaces/${settings.temporal.namespace}/workflows`,
    `Model page     ${settings.controlUrl}/models/${model}`,
    `Report         ${control.reportUrl(model, 2)}`,
    `Prometheus     ${settings.prometheusUrl}`,
    `MinIO console  ${settings.store.consoleUrl} (user ${settings.store.accessKey}, password in secrets.json of the home folder)`,
    `Next           npx coppice versions ${model}; npx coppice lineage ${model}@2`,
  ].join('\n');
}
