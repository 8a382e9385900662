// feedback: what somebody says of an answer.
import type { Command } from 'commander';
import { BadArgument, modelArgument } from '../arguments.ts';
import { askGateway } from '../gateway.ts';
import { createOutput } from '../output.ts';

interface Options {
  readonly label?: string;
  readonly rating?: string;
  readonly scale: string;
  readonly correction?: string;
  readonly betterThan?: string;
  readonly asGoodAs?: string;
  readonly json: boolean;
}

interface Told {
  readonly id: string;
  readonly response: string;
  readonly replaces?: string;
}

export function feedbackVerb(program: Command): void {
  program
    .command('feedback')
    .argument('<model>')
    .argument('<response>', 'the id of an answer')
    .description('say of an answer how good it was, or what it should have been')
    .option('--label <label>', 'what was true, of a classification')
    .option('--rating <number>', 'how good it was, on the scale')
    .option('--scale <from..to>', 'of the rating', '1..5')
    .option('--correction <text>', 'what should have been answered, in place of a text')
    .option('--better-than <response>', 'another answer, which is worse')
    .option('--as-good-as <response>', 'another answer, which is neither better nor worse')
    .option('--json', 'print JSON', false)
    .action(async (model: string, response: string, options: Options) => {
      const said = whatIsSaid(response, options);
      if (Object.keys(said).length === 0)
        throw new BadArgument(
          'what to say: expected --label, --rating, --correction, --better-than or --as-good-as',
        );
      const told = await askGateway<Told>('/v1/feedback', { model: modelArgument(model), response, ...said });
      createOutput(options.json).result(told, () => {
        const replaced = told.replaces === undefined ? '' : `, in place of ${told.replaces}`;
        return `${told.id} of ${told.response}${replaced}`;
      });
    });
}

/** @throws BadArgument where a number is none, or two answers are named */
function whatIsSaid(response: string, options: Options): object {
  const { label, rating, scale, correction, betterThan, asGoodAs } = options;
  if (betterThan !== undefined && asGoodAs !== undefined)
    throw new BadArgument('expected either --better-than or --as-good-as');
  const other = betterThan ?? asGoodAs;
  return {
    ...(label !== undefined && { label }),
    ...(rating !== undefined && { rating: { value: number('--rating', rating), ...bounds(scale) } }),
    ...(correction !== undefined && { correction: { text: correction } }),
    ...(other !== undefined && {
      preference: {
        ...{ chosen: { response }, rejected: { response: other } },
        ...(asGoodAs !== undefined && { tie: true }),
      },
    }),
  };
}

function bounds(scale: string): { readonly minimum: number; readonly maximum: number } {
  const ends = scale.split('..');
  if (ends.length !== 2)
    throw new BadArgument(`--scale: expected two numbers, such as 1..5 or -1..1, not ${scale}`);
  const [minimum, maximum] = ends.map((end) => number('--scale', end));
  return { minimum, maximum };
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new BadArgument(`${option}: expected a number, not ${text || 'nothing'}`);
  return value;
}
