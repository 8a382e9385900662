// What a person sees of a training under way: where it is, how it goes and when it ends.
import type { TrainingProgress } from '../contracts/training-job.ts';

/** `pretraining: step 40/400, loss 3.2107, 21034 tokens/s, 2 min 5 s left`; what is not known is left out. */
export function progressText(progress: TrainingProgress): string {
  const { phase, step, totalSteps, loss, tokensPerSecond, secondsLeft } = progress;
  const told = [
    `${phase}: step ${step}/${totalSteps}`,
    loss === undefined ? '' : `loss ${loss.toFixed(4)}`,
    tokensPerSecond === undefined ? '' : `${Math.round(tokensPerSecond)} tokens/s`,
    secondsLeft === undefined || step >= totalSteps ? '' : `${durationText(secondsLeft)} left`,
  ];
  return told.filter((part) => part !== '').join(', ');
}

const units: readonly (readonly [name: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** Two units at most: `7 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`. */
export function durationText(seconds: number): string {
  let rest = Math.max(1, Math.round(seconds));
  const parts: string[] = [];
  for (const [name, length] of units) {
    const count = Math.floor(rest / length);
    rest %= length;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(' ');
}

/** How far it is, `width` characters. */
export function progressBar({ step, totalSteps }: TrainingProgress, width: number): string {
  const filled = Math.round(Math.min(1, step / totalSteps) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
