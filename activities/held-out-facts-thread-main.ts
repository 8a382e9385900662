// The thread that tells what held-out documents are like: their languages, and whether they stand among those trained on.
import { parentPort, workerData } from 'node:worker_threads';
import { findLeakage, type Leakage } from '../pipeline/evaluation/leakage.ts';
import { loadLanguageIdentifier } from '../runtimes/languages/identifier.ts';

interface NamedTexts {
  readonly ids: readonly string[];
  readonly texts: readonly string[];
}

export interface HeldOutFactsJob {
  readonly training: NamedTexts;
  readonly holdout: NamedTexts;
}

export interface HeldOutFacts {
  readonly leakage: Leakage;
  /** ISO 639-1 codes, `und` where nothing can be told. */
  readonly languages: readonly string[];
}

async function compute({ training, holdout }: HeldOutFactsJob): Promise<HeldOutFacts> {
  const identify = await loadLanguageIdentifier();
  return { leakage: findLeakage(training, holdout), languages: holdout.texts.map(identify) };
}

parentPort?.postMessage(await compute(workerData as HeldOutFactsJob));
