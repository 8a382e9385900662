// Where people say which of two answers they prefer, and below, once they ask for it, what everybody's judgements come to.
import type { StudyState } from '../../contracts/preference-study.ts';
import { html } from './html.ts';
import { facts, page, table, trusted } from './page.ts';
import { pointsPlot } from './points-plot.ts';

const style = `
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; } @media (max-width: 40rem) { .pair { grid-template-columns: 1fr; } }
.pair article, .prompt { border: 1px solid var(--line); border-radius: .5rem; padding: .2rem .9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.choices { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; }
button, input { font: inherit; padding: .45rem .9rem; border-radius: .4rem; border: 1px solid currentColor; background: none; color: inherit; }
button:hover { border-color: var(--accent); color: var(--accent); } [hidden] { display: none; }
`;

/** Answers are put in as text: whatever they say cannot become markup. */
const script = `
const base = '/api/studies/' + location.pathname.split('/').pop();
const $ = (id) => document.getElementById(id);
let shown;
const remembered = () => localStorage.getItem('coppice-person') ?? '';
const show = (next) => {
  shown = next.comparison;
  $('progress').textContent = next.judged + ' of ' + next.of + ' judged';
  $('instructions').textContent = next.instructions;
  $('comparison').hidden = !shown;
  $('done').hidden = Boolean(shown);
  if (!shown) return;
  $('prompt').textContent = shown.prompt;
  $('left').textContent = shown.left;
  $('right').textContent = shown.right;
};
const answered = async (response) => {
  const body = await response.json();
  $('trouble').textContent = response.ok ? '' : body.error.message;
  if (response.ok) show(body);
};
const begin = async () => {
  const by = $('person').value.trim();
  if (!by) return;
  localStorage.setItem('coppice-person', by);
  $('work').hidden = false;
  await answered(await fetch(base + '/next?by=' + encodeURIComponent(by)));
};
const judge = async (preferred) => {
  if (!shown) return;
  const { item, left, right } = shown;
  shown = undefined;
  const sent = JSON.stringify({ item, left, right, preferred, by: $('person').value.trim() });
  await answered(await fetch(base + '/judgements', { method: 'POST', headers: { 'content-type': 'application/json' }, body: sent }));
};
$('who').addEventListener('submit', (event) => { event.preventDefault(); begin(); });
for (const button of document.querySelectorAll('[data-preferred]'))
  button.addEventListener('click', () => judge(button.dataset.preferred));
document.addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLInputElement) return;
  const preferred = { 1: 'left', 2: 'right', 0: 'neither' }[event.key];
  if (preferred) judge(preferred);
});
$('person').value = remembered();
if (remembered()) begin();
`;

export function renderStudyPage({ name, items, people, scores }: StudyState): string {
  const body = html`<style>${trusted(style)}</style>
<form id="who" class="choices"><label>Your name <input id="person" name="person" autocomplete="name" required maxlength="100"></label>
<button>Judge</button></form>
<p id="trouble" class="warning" role="alert"></p>
<div id="work" hidden><p id="instructions"></p><p id="progress" class="soft" aria-live="polite"></p>
<div id="comparison" hidden><h2>Prompt</h2><p id="prompt" class="prompt"></p>
<div class="pair"><section><h2>Left</h2><article id="left"></article></section>
<section><h2>Right</h2><article id="right"></article></section></div>
<div class="choices" role="group" aria-label="Which do you prefer?"><button data-preferred="left">Left is better (1)</button>
<button data-preferred="neither">Neither (0)</button><button data-preferred="right">Right is better (2)</button></div></div>
<p id="done" hidden>That was all: thank you.</p></div>
<details><summary>What the judgements come to so far</summary>${scoresSection({ items, people, scores })}</details>
<script type="module">${trusted(script)}</script>`;
  return page(`Preferences: ${name}`, body, { refreshes: false });
}

function scoresSection({ items, people, scores }: Pick<StudyState, 'items' | 'people' | 'scores'>) {
  const { systems, judgements, agreement } = scores;
  const intervals = systems.flatMap(({ system, points, interval }) =>
    interval ? [{ label: system, points, low: interval.low, high: interval.high }] : [],
  );
  return html`${facts([
    ['prompts', items],
    ['people', people.length],
    ['judgements', judgements],
    ['agreement', agreement === null ? 'nobody judged the same' : `${Math.round(agreement * 100)} %`],
  ])}
${intervals.length === 0 ? undefined : pointsPlot(intervals)}
${table(
  'Strengths of a Bradley-Terry model on the Elo scale: 400 points are odds of ten to one. Intervals by bootstrap over prompts.',
  [
    { title: 'system' },
    { title: 'points', kind: 'number' },
    { title: '95 % interval', kind: 'number' },
    { title: 'preferred', kind: 'number' },
    { title: 'ties', kind: 'number' },
    { title: 'judged', kind: 'number' },
  ],
  systems.map(({ system, points, interval, preferred, ties, judged }) => ({
    cells: [
      system,
      Math.round(points),
      interval ? `${Math.round(interval.low)} to ${Math.round(interval.high)}` : '–',
      ...[preferred, ties, judged],
    ],
  })),
)}`;
}
