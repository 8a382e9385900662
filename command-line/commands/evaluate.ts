// evaluate: any version, or any endpoint, on somebody's dataset.
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { request } from 'undici';
import { readDatasetFile } from '../../client/dataset-file.ts';
import {
  type DatasetEvaluation,
  type EvaluationTarget,
  endpointInterfaces,
  evaluationTargetSchema,
} from '../../contracts/dataset-evaluation.ts';
import { BadArgument, countArgument, versionArgument } from '../arguments.ts';
import { controlApi, requireVersion, withClient } from '../context.ts';
import { createOutput, exitCodes, figureText, table } from '../output.ts';

interface Options {
  readonly data: string;
  readonly model?: string;
  readonly interface: string;
  readonly keyVariable?: string;
  readonly maxTokens: string;
  readonly report?: string;
  readonly json: boolean;
}

export function evaluateVerb(program: Command): void {
  program
    .command('evaluate')
    .argument('<version|url>', 'such as mail-filter@2, or http://127.0.0.1:8080/v1')
    .description('evaluate a version, or an OpenAI-compatible endpoint, on a dataset of your own')
    .requiredOption('--data <file>', 'lines of {"text": …, "label": …} or of {"prompt": …, "answer": …}')
    .option('--model <name>', 'of an endpoint: the model that it is asked for')
    .option('--interface <name>', `of an endpoint: ${endpointInterfaces.join(', ')}`, 'chat')
    .option(
      '--key-variable <name>',
      'of an endpoint: variable of the worker’s environment that holds its key',
    )
    .option('--max-tokens <number>', 'of an answer', '64')
    .option('--report <file>', 'write the report there as well')
    .option('--json', 'print JSON', false)
    .action(evaluate);
}

async function evaluate(text: string, options: Options): Promise<void> {
  const target = targetOf(text, options);
  const maximumTokens = countArgument('--max-tokens', options.maxTokens);
  if (maximumTokens < 1) throw new BadArgument('--max-tokens: expected 1 or more');
  const read = await readDatasetFile(options.data);
  if (target.kind === 'version') await requireVersion(target.model, target.version);
  const api = await controlApi();
  const { dataset } = await api.storeDataset(read);
  const { id, result } = await withClient(async ({ datasetEvaluations }) => {
    const started = await datasetEvaluations.start({ dataset, target, maximumTokens });
    createOutput(options.json).note(`${started}: ${read.lines.length} lines`);
    return { id: started, result: await datasetEvaluations.result(started) };
  });
  const url = api.datasetReportUrl(id);
  if (options.report !== undefined) await writeFile(options.report, await (await request(url)).body.text());
  createOutput(options.json).result({ ...result, url }, () => evaluationText(result, url));
  if (Object.keys(result.metrics).length === 0) process.exitCode = exitCodes.failed;
}

/** @throws BadArgument for what is neither, or misses what an endpoint needs */
function targetOf(text: string, { model, interface: by, keyVariable }: Options): EvaluationTarget {
  if (!/^https?:/.test(text)) return { kind: 'version', ...versionArgument(text) };
  if (model === undefined) throw new BadArgument('--model: an endpoint is asked for a model by its name');
  const parsed = evaluationTargetSchema.safeParse({
    ...{ kind: 'endpoint', url: text, model, interface: by },
    ...(keyVariable !== undefined && { keyVariable }),
  });
  if (parsed.success) return parsed.data;
  throw new BadArgument(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}

function evaluationText(
  { target, examples, metrics, majority, warnings = [], unanswered, signatures = {} }: DatasetEvaluation,
  url: string,
): string {
  const failed = Object.entries(unanswered).map(([reason, count]) => `${count} without an answer: ${reason}`);
  return [
    `${target} on ${examples} lines`,
    ...failed,
    ...warnings,
    table(
      ['metric', 'value', majority ? 'always the most frequent label' : 'counted as'],
      Object.entries(metrics).map(([name, figure]) => [
        name,
        figureText(figure),
        majority ? figureText(majority[name]) : (signatures[name] ?? ''),
      ]),
    ),
    url,
  ].join('\n');
}
