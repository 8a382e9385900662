// incidents: every rollback of a model, what it cost, and the page that tells it.
import type { Command } from 'commander';
import { describeIncident, type Incident } from '../../contracts/incident.ts';
import { modelArgument } from '../arguments.ts';
import { controlApi } from '../context.ts';
import { createOutput, shortTime } from '../output.ts';

export function incidentVerbs(program: Command): void {
  program
    .command('incidents')
    .argument('<model>')
    .description('every rollback: which version, why, what it had answered, and how soon it was gone')
    .option('--json', 'print JSON', false)
    .action(showIncidents);
}

async function showIncidents(model: string, { json }: { readonly json: boolean }): Promise<void> {
  const api = await controlApi();
  const incidents = await api.incidents(modelArgument(model));
  createOutput(json).result(incidents, () =>
    incidents.length === 0
      ? `no version of ${model} was ever rolled back`
      : incidents
          .map((incident) => describe(incident, api.incidentUrl(model, incident.generation)))
          .join('\n\n'),
  );
}

function describe(incident: Incident, page: string): string {
  const { version, rolledBackAt, by, reason } = incident;
  const lines = [...describeIncident(incident), page].map((line) => `  ${line}`);
  return [`${shortTime(rolledBackAt)}  version ${version}, by ${by}: ${reason}`, ...lines].join('\n');
}
