// study: people say which of two answers they prefer.
import type { Command } from 'commander';
import { readStudyItems } from '../../client/studies-file.ts';
import { type StudyState, studyNameSchema } from '../../contracts/preference-study.ts';
import { BadArgument } from '../arguments.ts';
import { controlApi, currentSettings, requester } from '../context.ts';
import { createOutput, table } from '../output.ts';

interface Options {
  readonly json: boolean;
}

export function studyVerbs(program: Command): void {
  const study = program.command('study').description('people say which of two answers they prefer');
  study
    .command('create')
    .argument('<name>')
    .description('make a study from prompts and what two systems or more answered; prints where people judge')
    .requiredOption('--data <file>', 'lines of {"prompt": …, "answers": {"system": "text", …}}')
    .option('--instructions <text>', 'shown to whoever judges', 'Which answer do you prefer?')
    .option('--json', 'print JSON', false)
    .action(create);
  study
    .command('show')
    .argument('<name>')
    .description('points of each system with intervals, and how far people agree')
    .option('--json', 'print JSON', false)
    .action(async (text: string, { json }: Options) => {
      const state = await (await controlApi()).study(nameArgument(text));
      createOutput(json).result(state, () => stateText(state));
    });
  study
    .command('pairs')
    .argument('<name>')
    .description('print what was preferred as lines of prompt, chosen and rejected, for preference tuning')
    .option('--json', 'print one JSON document', false)
    .action(async (text: string, { json }: Options) => {
      const pairs = await (await controlApi()).preferencePairs(nameArgument(text));
      createOutput(json).result(pairs, () => pairs.map((pair) => JSON.stringify(pair)).join('\n'));
    });
}

async function create(
  text: string,
  { data, instructions, json }: Options & { readonly data: string; readonly instructions: string },
): Promise<void> {
  const name = nameArgument(text);
  const items = await readStudyItems(data);
  const state = await (await controlApi()).createStudy({ name, by: requester(), instructions, items });
  const url = new URL(`/studies/${name}`, (await currentSettings()).controlUrl).href;
  createOutput(json).result({ ...state, url }, () => `${state.items} prompts; people judge at ${url}`);
}

function nameArgument(text: string): string {
  const parsed = studyNameSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new BadArgument(`${text} is no name of a study: ${parsed.error.issues[0].message}`);
}

function stateText({ name, items, people, scores }: StudyState): string {
  const { judgements, systems, agreement } = scores;
  const agree = agreement === null ? '' : `; two people agree in ${Math.round(agreement * 100)} %`;
  return [
    `${name}: ${items} prompts, ${judgements} judgements of ${people.length} people${agree}`,
    table(
      ['system', 'points', '95 % interval', 'preferred', 'ties', 'judged'],
      [...systems]
        .sort((a, b) => b.points - a.points)
        .map(({ system, points, interval, preferred, ties, judged }) => [
          system,
          points.toFixed(0),
          interval ? `${interval.low.toFixed(0)} to ${interval.high.toFixed(0)}` : '',
          ...[preferred, ties, judged].map(String),
        ]),
    ),
  ].join('\n');
}
