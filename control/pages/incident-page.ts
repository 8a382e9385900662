// One rollback: what, when, on which evidence, how many requests the version had answered.
import { describeIncident, type Incident, incidentFigures } from '../../contracts/incident.ts';
import { type Html, html } from './html.ts';
import { facts, link, page, table, time } from './page.ts';

export function renderIncidentPage(incident: Incident): string {
  const { model, version, answers, failedRequests, findings, backTo } = incident;
  const { badAnswers, secondsFromOnset, secondsFromDetection } = incidentFigures(incident);
  return page(
    `${model}: version ${version} was taken back`,
    html`<p>${describeIncident(incident).join('. ')}.</p>
${facts([
  ['verdict', findings?.verdict ?? 'a person’s word'],
  ['in service since', backTo === undefined ? 'none' : `version ${backTo}`],
  ['answers to clients', answers.given],
  ['of them bad', badAnswers],
  ['from its first answer', spoken(secondsFromOnset)],
  ['from detection to the champion', spoken(secondsFromDetection)],
  ['routing generation', incident.generation],
])}
<h2>Why</h2>
<p><b>${incident.by}</b>: ${incident.reason}</p>
${findings && html`<ul>${findings.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
<h2>When</h2>${timeline(incident)}
<h2>Answers</h2>${table(
      'What clients had from this version, by the labels that had come when this was written.',
      [{ title: 'answers' }, { title: 'number', kind: 'number' }],
      [
        ['to clients', answers.given],
        ['with a true label by then', answers.labelled],
        ['of those, wrong', answers.wrong],
        ['requests that failed', failedRequests ?? 'not measured'],
        ['after the rollback', answers.after],
      ].map((cells) => ({ cells })),
    )}
<h2>Verified</h2>${verification(incident)}
<p>${link(`/models/${model}`, model)} · ${link(`/models/${model}/versions/${version}/report`, `the report of version ${version}`)}</p>`,
    { refreshes: false },
  );
}

function spoken(seconds: number | undefined): string {
  return seconds === undefined ? '–' : `${seconds.toFixed(1)} s`;
}

function timeline({ inTrafficSince, firstAnswerAt, rolledBackAt, findings }: Incident): Html {
  const events = [
    [inTrafficSince, 'could answer clients'],
    [firstAnswerAt, 'answered the first of them'],
    [findings?.detectedAt, 'was found out'],
    [rolledBackAt, 'was taken out, by a signed entry of the ledger'],
    [findings?.acknowledgedAt, 'was left by every gateway'],
  ] as const;
  const rows = events.flatMap(([at, what]) => (at === undefined ? [] : [{ at, cells: [time(at), what] }]));
  return table(
    'In the order in which it happened.',
    [{ title: 'at', kind: 'tight' }, { title: 'the version' }],
    rows.sort((a, b) => a.at.localeCompare(b.at)),
  );
}

function verification({ findings }: Incident): Html {
  const checked = findings?.verification;
  if (!checked) return html`<p>No rollout was open that would have verified it.</p>`;
  return html`<p>${checked.verified ? 'The rollback holds.' : html`<span class="warning">Not verified.</span>`}</p>
<ul>${checked.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`;
}
