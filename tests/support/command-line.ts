// The command line as a person calls it: a process of its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/coppice.mjs', import.meta.url));

/** @param environment is added to that of the test */
export function runCoppice(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, ...environment };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], { env }, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}
