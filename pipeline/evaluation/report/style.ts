// The look of a report: light and dark by the reader's preference, one column on a phone, printable.

export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fcfbf8; --card: #ffffff; --ink: #1c2420; --muted: #5c6660; --line: #b9c0ba; --grid: #e6e9e4;
  --good: #22673a; --good-wash: #e7f2e9; --bad: #a3281c; --bad-wash: #fbeae7; --warn: #7a5200; --warn-wash: #fdf3da;
  --candidate: #22794a; --champion: #2a62ad; --majority: #8a8f8b; --tfidf: #bd7713;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131714; --card: #1a1f1b; --ink: #e4e8e3; --muted: #9ca79f; --line: #4f5952; --grid: #2b322d;
    --good: #7fcf97; --good-wash: #1b2f21; --bad: #f2978b; --bad-wash: #3a1d19; --warn: #ecc673; --warn-wash: #332812;
    --candidate: #6fcf92; --champion: #7fb0f2; --majority: #8f9891; --tfidf: #e5a54b;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK KR", "Apple SD Gothic Neo", sans-serif;
}
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.25rem; margin: 3rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--grid); }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: inherit; }
code { font-size: .875em; overflow-wrap: anywhere; }
.kicker, .note, small { color: var(--muted); font-size: .875rem; }
.kicker { margin: 0 0 .75rem; }
.verdict { border-left: .375rem solid; border-radius: .25rem; padding: 1.25rem 1.5rem; }
.verdict p:last-child { margin-bottom: 0; }
.verdict.passed { border-color: var(--good); background: var(--good-wash); }
.verdict.failed { border-color: var(--bad); background: var(--bad-wash); }
.warning { background: var(--warn-wash); border-left: .375rem solid var(--warn); border-radius: .25rem; padding: .75rem 1.5rem; margin: 1rem 0; }
.warning p { margin: .25rem 0; max-width: none; }
.mark { font-weight: 650; white-space: nowrap; }
.mark.passed { color: var(--good); }
.mark.failed { color: var(--bad); }
.entities { border-left: .25rem solid var(--grid); padding-left: 1rem; margin: 1rem 0; }
ins { text-decoration: underline 2px var(--good); text-underline-offset: .2em; }
mark { background: var(--warn-wash); color: inherit; padding: 0 .15em; border-radius: .15em; }
.scroll { overflow-x: auto; margin: 1rem 0; container-type: inline-size; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); font-size: .875rem; padding-bottom: .5rem; max-width: 100cqi; position: sticky; left: 0; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--grid); }
thead th { font-size: .875rem; font-weight: 600; border-bottom-color: var(--line); vertical-align: bottom; }
tbody th { font-weight: 500; min-width: 7.5rem; }
th.cell, tr:has(td.cell) th { vertical-align: middle; }
th.cell { text-align: center; }
td.number, th.number { text-align: right; }
td.number { white-space: nowrap; }
td.reason { min-width: 18rem; }
td small, th small { display: block; font-weight: 400; }
.better { color: var(--good); } .worse { color: var(--bad); }
td.share { min-width: 6rem; background: linear-gradient(to right, color-mix(in srgb, var(--candidate) 28%, transparent) var(--share), transparent 0) no-repeat 0 50% / calc(100% - .75rem) 1.5rem; }
td.cell { text-align: center; border: 2px solid var(--paper); padding: .75rem; background: color-mix(in srgb, var(--tone) var(--share), var(--card)); }
.columns { display: grid; gap: 2rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); margin: 1rem 0; align-items: start; }
.columns > * { min-width: 0; }
figure { margin: 0; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
figure svg { display: block; max-width: 100%; height: auto; }
figure p { color: var(--muted); font-size: .875rem; }
details { border-bottom: 1px solid var(--grid); padding: .5rem 0; }
summary { cursor: pointer; }
summary .excerpt { color: var(--muted); overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.5 ui-monospace, "Noto Sans Mono CJK KR", monospace; background: var(--card); border: 1px solid var(--grid); border-radius: .25rem; padding: .75rem 1rem; margin: .5rem 0; max-height: 24rem; overflow-y: auto; }
.tokens { display: flex; flex-wrap: wrap; gap: .25rem; list-style: none; margin: .5rem 0; padding: 0; }
.tokens li { padding: .125rem .375rem; border-radius: .25rem; text-align: center; white-space: pre; background: color-mix(in srgb, var(--champion) var(--share), var(--card)); }
.tokens small { display: block; color: inherit; font-size: .75rem; font-variant-numeric: tabular-nums; }
.sample { margin: 1.5rem 0; } .continued { white-space: pre-line; }
.unseen { position: absolute; }
.scale text { font-size: 10px; fill: var(--ink); }
.attention rect { fill: none; stroke: var(--line); }
.attention path { fill: none; stroke: var(--champion); shape-rendering: crispEdges; }
.scale path { stroke-width: 12; } .scale svg { vertical-align: text-top; }
${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) => `.w${level} { stroke-opacity: ${(level / 9).toFixed(2)}; }`).join(' ')}
.layers { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem; border: 0; margin: .75rem 0; padding: 0; min-width: 0; }
.layers legend { float: left; padding: 0; color: var(--muted); }
.layers input { margin: 0; } .layers label { min-width: 1.5rem; cursor: pointer; }
.layers input:not(:checked) + label + .heads { display: none; }
.heads { order: 1; flex: 0 0 100%; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(20.5rem, 100%), 1fr)); margin-top: .5rem; }
.head figcaption { margin: .25rem 0 0; } .head p { margin: 0; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .25rem 1.25rem; margin: 1rem 0; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--champion); outline-offset: 2px; }
@media (max-width: 34rem) { main { padding: 1.25rem .875rem 3rem; } h1 { font-size: 1.375rem; } .verdict { padding: 1rem; } }
@media print { .scroll, pre { overflow: visible; max-height: none; } h2 { break-after: avoid; } figure, details { break-inside: avoid; } }
`;
