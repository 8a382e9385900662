// Looks again and again while something goes on, until it has ended.
import { setTimeout } from 'node:timers/promises';

/**
 * @param outcome what is waited for
 * @param look called at once, every `intervalMs`, and a last time after the end
 * @returns the outcome
 * @throws what `outcome` or `look` throws
 */
export async function follow<T>(
  outcome: Promise<T>,
  look: () => Promise<void>,
  intervalMs = 250,
): Promise<T> {
  const progress = { ended: false };
  const end = () => {
    progress.ended = true;
  };
  const settled = outcome.then(end, end);
  while (!progress.ended) {
    await look();
    await Promise.race([setTimeout(intervalMs), settled]);
  }
  await look();
  return outcome;
}
