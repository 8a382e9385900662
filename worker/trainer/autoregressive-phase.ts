// A decoder's pretraining, made ready: tokens as a stream, and a GPT-2 from random weights or from another's.
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { PretrainingJob } from '../../contracts/training-job.ts';
import { gptConfigOf } from '../../pipeline/model/gpt-config.ts';
import { startingGpt, writeGpt } from '../../pipeline/model/gpt-files.ts';
import { createAutoregressive } from '../../pipeline/training/autoregressive.ts';
import { CorpusTooSmall } from '../../pipeline/training/token-stream.ts';
import { readExtension } from './extension-input.ts';
import { openTokenStream, readInitialGpt, travelling } from './inputs.ts';
import type { ReadyPhase } from './training-run.ts';

/** @throws CoppiceFailure InvalidInput where the tokens are no stream, or nothing is left to train on */
export async function prepareAutoregressive(
  job: PretrainingJob,
  artifacts: ArtifactStore,
): Promise<ReadyPhase> {
  const { seed, options, heldOutDocuments = 0, validationShare } = job;
  const initial = await readInitialGpt(artifacts, job.initialWeights);
  const tokens = await openTokenStream(artifacts, job.tokens);
  try {
    const { vocabularySize, endOfTextId } = tokens;
    const extension = await readExtension(artifacts, job.tokens, vocabularySize);
    const config = gptConfigOf(job.architecture, { vocabularySize, endOfTextId, dropout: options.dropout });
    const task = { config, seed, options, heldOutDocuments, validationShare };
    const objective = createAutoregressive({ ...task, tokens });
    const { layout } = objective;
    return {
      objective,
      recipe: { kind: 'autoregressive', task: { ...task, tokens: travelling(tokens) } },
      startingParameters: () => startingGpt({ config, layout, seed, extension }, initial),
      toFiles: (parameters) => writeGpt({ config, layout, parameters }),
      close: tokens.close,
    };
  } catch (error) {
    tokens.close();
    if (!(error instanceof CorpusTooSmall)) throw error;
    const { documents, heldOut } = error;
    throw new CoppiceFailure('InvalidInput', `tokens: ${error.message}`, { documents, heldOut });
  }
}
