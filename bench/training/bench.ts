// Training against PyTorch: the same decoder, batch and optimizer, eager and compiled; for bfloat16 with autocast.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Bench, Case, Side } from '../measure.ts';
import type { LineProcess } from '../python-peer.ts';
import { installPython, startLines, startPython } from '../python-peer.ts';
import { checkpointGoals } from './checkpoints.ts';
import type { ModelName } from './shapes.ts';
import { answerSchema, models } from './shapes.ts';

const torch = 'torch==2.15.0';
const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const cases = [
  { name: 'fp32 A', model: 'A', precision: 'float32', steps: 20, rounds: 7 },
  { name: 'fp32 B', model: 'B', precision: 'float32', steps: 4, rounds: 7 },
  { name: 'bf16 B', model: 'B', precision: 'bfloat16', steps: 4, rounds: 7 },
] as const;

export function openTrainingBench(say: (line: string) => void): Bench {
  let installing: Promise<string> | undefined;
  const python = (): Promise<string> => {
    if (installing === undefined) say(`installs ${torch} where it is missing`);
    return (installing ??= installPython(torch.replace('==', '-'), [torch]));
  };
  const checkpoints = checkpointGoals();
  const running: LineProcess[] = [];
  const started = (name: string, start: () => LineProcess | Promise<LineProcess>, steps: number): Side => {
    let line: LineProcess | undefined;
    let peak = 0;
    return {
      name,
      run: async () => {
        if (line === undefined) running.push((line = await start()));
        const answer = answerSchema.parse(await line.ask({ steps }));
        if (answer.peakMegabytes > peak * 1.01) {
          peak = answer.peakMegabytes;
          say(`  ${name}: peak memory ${Math.round(peak)} MB, loss ${answer.loss.toFixed(3)}`);
        }
        return answer;
      },
    };
  };
  const native = (script: string, model: ModelName, precision: string): LineProcess =>
    startLines(process.execPath, ['--import', 'tsx', place(script), JSON.stringify({ model, precision })]);
  const peer = async (
    model: ModelName,
    options: { compile: boolean; autocast: boolean },
  ): Promise<LineProcess> =>
    startPython(await python(), place('torch-peer.py'), {
      ...models[model],
      ...options,
      threads: availableParallelism(),
    });

  return {
    cases: cases.map(({ name, model, precision, steps, rounds }): Case => {
      const autocast = precision === 'bfloat16';
      const { batchSize, contextLength } = models[model];
      // Compiling under autocast takes minutes here, and eager is what PyTorch's own examples do.
      const peers = (autocast ? [false] : [false, true]).map((compile) =>
        started(
          `${torch} ${compile ? 'compiled' : 'eager'}`,
          () => peer(model, { compile, autocast }),
          steps,
        ),
      );
      return {
        name,
        unit: 'tokens',
        amount: steps * batchSize * contextLength,
        rounds,
        ours: started('ours', () => native('ours.ts', model, precision), steps),
        // The ratio to the last is the share of the machine that a step makes use of.
        peers: [
          ...peers,
          started('its products alone', () => native('products.ts', model, precision), steps),
        ],
      };
    }),
    remarks: [`${torch}, ${availableParallelism()} threads, fused AdamW, clipping by the global norm`],
    goals: checkpoints.goals,
    close: async () => {
      for (const line of running) await line.close();
      await checkpoints.close();
    },
  };
}
