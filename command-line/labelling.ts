// Asks the program that computes labels (`worker/labelling/main.ts`), which the command line itself must not import.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { nodeArguments } from '../stack/processes.ts';
import { BadArgument } from './arguments.ts';

const replySchema = z.object({ result: z.unknown().optional(), problem: z.string().optional() });

/**
 * @param schema of the result
 * @throws BadArgument where what was asked for cannot be done
 */
export async function askLabelling<T>(job: object, schema: z.ZodType<T>): Promise<T> {
  const child = spawn(process.execPath, [...nodeArguments('worker/labelling/main.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  child.stdin.end(JSON.stringify(job));
  const [output, code] = await Promise.all([text(child.stdout), ended]);
  if (code !== 0) throw new Error(`the computation ended with exit code ${code}`);
  const { result, problem } = replySchema.parse(JSON.parse(output));
  if (problem !== undefined) throw new BadArgument(problem);
  return schema.parse(result);
}

export const figuresSchema = z.array(
  z.object({
    label: z.string(),
    threshold: z.number(),
    positives: z.number(),
    flagged: z.number(),
    precision: z.number().nullable(),
    recall: z.number().nullable(),
  }),
);
