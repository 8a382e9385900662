// The fused kernels give the same bits whatever the number of threads.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runCommand } from '../../setup/command.mjs';

const main = fileURLToPath(new URL('../support/kernel-results-main.ts', import.meta.url));

async function resultsWith(threads: number): Promise<unknown> {
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '3' };
  const printed = await runCommand(process.execPath, ['--import', 'tsx', main], { env });
  return JSON.parse(printed.split('\n').find((line) => line.startsWith('{"kernels"')) ?? '');
}

it('products and the gradients of attention, layer normalization and GELU depend on no number of threads', async () => {
  const [alone, shared] = [await resultsWith(1), await resultsWith(3)];
  expect(alone).toHaveProperty('digest', expect.stringMatching(/^[0-9a-f]{64}$/));
  expect(shared).toEqual(alone);
});
