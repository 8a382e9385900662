// One version of one model in a process of its own: native inference blocks the event loop that it runs on.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFiles } from '../contracts/version-package.ts';
import { loadOnnxClassifier } from '../runtimes/onnx/classifier.ts';
import { loadTokenizer } from '../runtimes/tokenizers/tokenizer.ts';
import type { FromModelProcess, LoadMessage, ScoreMessage, ToModelProcess } from './model-protocol.ts';

type Scorer = (texts: readonly string[]) => Promise<number[][]>;

async function load({
  directory,
  contextLength,
  weights,
}: LoadMessage): Promise<{ labels: readonly string[]; score: Scorer }> {
  const read = (name: string) => readFile(join(directory, name));
  const tokenizer = await loadTokenizer((await read(packageFiles.tokenizer)).toString('utf8'));
  const classifier = loadOnnxClassifier({
    config: (await read(packageFiles.config)).toString('utf8'),
    weights: await read(weights),
  });
  const score: Scorer = async (texts) => {
    const { ids, lengths } = await tokenizer.encodeBatch(texts, contextLength);
    return rows(await classifier.score(Int32Array.from(ids), lengths), classifier.labels.length);
  };
  await score(['']); // a model that loads but does not run should fail here, and not at a request
  return { labels: classifier.labels, score };
}

function rows(flat: Float32Array, width: number): number[][] {
  return Array.from({ length: flat.length / width }, (_, row) => [
    ...flat.subarray(row * width, (row + 1) * width),
  ]);
}

function answer(message: FromModelProcess): void {
  process.send?.(message);
}

async function answerScore(score: Scorer, { id, texts }: ScoreMessage): Promise<void> {
  try {
    answer({ kind: 'scores', id, probabilities: await score(texts) });
  } catch (error) {
    answer({ kind: 'refused', id, reason: String(error) });
  }
}

let scorer: Scorer | undefined;
process.on('disconnect', () => process.exit(0)); // the gateway is gone
process.on('message', (message: ToModelProcess) => {
  if (message.kind === 'score') {
    if (scorer) void answerScore(scorer, message);
    else answer({ kind: 'refused', id: message.id, reason: 'not loaded' });
    return;
  }
  load(message).then(
    ({ labels, score }) => {
      scorer = score;
      answer({ kind: 'ready', labels });
    },
    (error: unknown) => answer({ kind: 'failed', reason: String(error) }),
  );
});
