// `npm run bench -- <name> [case…]`: measures ours beside a named peer in interleaved rounds, prints a table with
// medians and spread, and ends with one line of JSON. Cases are chosen by their name, or a part of it.

import { benches } from './benches.ts';
import { measure, measureGoal, median } from './measure.ts';
import { report } from './report.ts';

async function main([name = '', ...chosen]: string[]): Promise<number> {
  const open = benches[name];
  if (open === undefined) {
    process.stderr.write(`npm run bench -- <${Object.keys(benches).join('|')}> [case…]\n`);
    return 2;
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const bench = await open(say);
  try {
    const all = [
      ...bench.cases.map((it) => ({ name: it.name, run: () => measure(it) })),
      ...(bench.goals ?? []).map((it) => ({ name: it.name, run: () => measureGoal(it) })),
    ];
    const isChosen = (it: string, part: string): boolean =>
      all.some((other) => other.name === part) ? it === part : it.includes(part);
    const cases = all.filter(
      ({ name: it }) => chosen.length === 0 || chosen.some((part) => isChosen(it, part)),
    );
    if (cases.length === 0) {
      say(`no such case; there are: ${all.map((it) => it.name).join(', ')}`);
      return 2;
    }
    const results = [];
    for (const it of cases) {
      say(it.name);
      const measured = await it.run();
      results.push(measured);
      for (const { case: name, peerName, ratios } of measured) {
        say(`  ${name}: ${median(ratios).toFixed(2)} × ${peerName}`);
      }
    }
    process.stdout.write(report(name, bench.remarks, results));
    return 0;
  } finally {
    await bench.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
