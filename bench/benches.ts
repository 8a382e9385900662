// What can be measured, by name. Each is loaded only when it is asked for.
import type { Bench } from './measure.ts';

/** @param say tells of what takes long, such as the installation of a peer */
type OpenBench = (say: (line: string) => void) => Promise<Bench>;

export const benches: Readonly<Partial<Record<string, OpenBench>>> = {
  training: async (say) => (await import('./training/bench.ts')).openTrainingBench(say),
  tokenization: async (say) => (await import('./tokenization/bench.ts')).openTokenizationBench(say),
  nanogpt: async (say) => (await import('./nanogpt/bench.ts')).openNanogptBench(say),
  decoding: async (say) => (await import('./decoding/bench.ts')).openDecodingBench(say),
  cleaning: async (say) => (await import('./cleaning/bench.ts')).openCleaningBench(say),
  evaluation: async (say) => (await import('./evaluation/bench.ts')).openEvaluationBench(say),
  serving: async (say) => (await import('./serving/bench.ts')).openServingBench(say),
  artifacts: async (say) => (await import('./artifacts/bench.ts')).openArtifactsBench(say),
};
