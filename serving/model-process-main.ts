// One version of one model in a process of its own: native inference blocks the event loop that it runs on.
import { CoppiceFailure } from '../contracts/failures.ts';
import type { AskMessage, FromModelProcess, LoadMessage, ToModelProcess } from './model-protocol.ts';
import { loadClassification } from './tasks/classification-process.ts';
import { loadGeneration } from './tasks/generation-process.ts';
import type { LoadedTask, LoadTask, TaskName, TaskWords } from './tasks/task.ts';

const loaders: Readonly<Record<TaskName, LoadTask<TaskWords>>> = {
  'text-classification': loadClassification,
  'language-modelling': loadGeneration,
};

let model: LoadedTask<TaskWords> | undefined;
const open = new Map<number, AbortController>();

/** How many were computed together, and how often, since the vitals were told. */
const batches = new Map<number, number>();
const vitalsMs = 1_000;

function tellVitals(): void {
  say({ kind: 'vitals', residentBytes: process.memoryUsage.rss(), batches: [...batches] });
  batches.clear();
}

function say(message: FromModelProcess): void {
  process.send?.(message);
}

async function load({ task, ...files }: LoadMessage): Promise<void> {
  try {
    model = await loaders[task](files, (size) => void batches.set(size, (batches.get(size) ?? 0) + 1));
    say({ kind: 'ready', facts: model.facts });
    setInterval(tellVitals, vitalsMs);
  } catch (error) {
    say({ kind: 'failed', reason: String(error) });
  }
}

async function answer({ id, question }: AskMessage): Promise<void> {
  const controller = new AbortController();
  open.set(id, controller);
  try {
    if (!model) throw new Error('not loaded');
    const { signal } = controller;
    const tell = (piece: unknown) => say({ kind: 'piece', id, piece });
    say({ kind: 'answer', id, answer: await model.answer(question, { signal, tell }) });
  } catch (error) {
    const invalid = error instanceof CoppiceFailure && error.type === 'InvalidInput';
    const code = invalid && typeof error.details.code === 'string' ? { code: error.details.code } : {};
    say({ kind: 'refused', id, reason: invalid ? error.message : String(error), invalid, ...code });
  } finally {
    open.delete(id);
  }
}

process.on('disconnect', () => process.exit(0)); // the gateway is gone
process.on('message', (message: ToModelProcess) => {
  if (message.kind === 'load') void load(message);
  else if (message.kind === 'ask') void answer(message);
  else open.get(message.id)?.abort();
});
