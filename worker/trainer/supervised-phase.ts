// A decoder's supervised fine-tuning, made ready: pairs of prompt and answer, and the model that is to learn them.
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { SupervisedFineTuningJob } from '../../contracts/training-job.ts';
import { gptConfigOf } from '../../pipeline/model/gpt-config.ts';
import type { GptModel } from '../../pipeline/model/gpt-files.ts';
import { startingGpt, writeGpt } from '../../pipeline/model/gpt-files.ts';
import { gptLayout } from '../../pipeline/model/gpt-graph.ts';
import { initialParameters } from '../../pipeline/model/layout.ts';
import type { Lora } from '../../pipeline/model/lora.ts';
import { mergeLora } from '../../pipeline/model/lora.ts';
import { createSupervisedFineTuning } from '../../pipeline/training/supervised-fine-tuning.ts';
import type { TokenPairs } from '../../pipeline/training/token-pairs.ts';
import type { Opened } from './inputs.ts';
import { openTokenStream, readInitialGpt, travelling } from './inputs.ts';
import { openTokenPairs } from './pair-inputs.ts';
import type { ReadyPhase } from './training-run.ts';

/**
 * @throws CoppiceFailure InvalidInput where the tokens are no pairs, or none is left to train on; where adapters have
 * nothing to stand beside
 */
export async function prepareSupervised(
  job: SupervisedFineTuningJob,
  artifacts: ArtifactStore,
): Promise<ReadyPhase> {
  const { seed, options, heldOutPairs, validationShare } = job;
  const initial = await readInitialGpt(artifacts, job.initialWeights);
  const tokens = await openTokenPairs(artifacts, job.tokens);
  const close = [tokens.close];
  try {
    refuse(job, tokens);
    const { vocabularySize, endOfTextId } = tokens;
    const config = gptConfigOf(job.architecture, { vocabularySize, endOfTextId, dropout: options.dropout });
    const task = { config, seed, options, heldOutPairs, validationShare };
    const stream = job.text && (await openTokenStream(artifacts, job.text.tokens));
    if (stream) close.push(stream.close);
    const text = job.text && stream && { ...job.text, tokens: stream };
    const objective = createSupervisedFineTuning({ ...task, tokens, text });
    const target = { config, layout: objective.layout, seed };
    const { lora } = options;
    return {
      objective,
      recipe: { kind: job.kind, task: { ...task, tokens: travelling(tokens) } },
      ...(lora ? adapters(target, { lora, initial }) : allParameters(target, initial)),
      close: () => {
        for (const end of close) end();
      },
    };
  } catch (error) {
    for (const end of close) end();
    throw error;
  }
}

/** What training starts from, and the files that it ends with. */
type PhaseParameters = Pick<ReadyPhase, 'frozen' | 'startingParameters' | 'toFiles'>;

interface Target extends Pick<GptModel, 'config' | 'layout'> {
  readonly seed: number;
}

const allParameters = (target: Target, initial: GptModel | undefined): PhaseParameters => ({
  startingParameters: () => startingGpt(target, initial),
  toFiles: (parameters) => writeGpt({ ...target, parameters }),
});

/** @param target with the layout of the adapters */
function adapters(
  { config, layout, seed }: Target,
  { lora, initial }: { readonly lora: Lora; readonly initial: GptModel | undefined },
): PhaseParameters {
  if (initial === undefined)
    throw new CoppiceFailure('InvalidInput', 'lora: adapters stand beside weights: expected initialWeights');
  const whole = { config, layout: gptLayout(config), seed };
  const frozen = { layout: whole.layout, parameters: startingGpt(whole, initial) };
  return {
    frozen,
    startingParameters: () => initialParameters(layout, seed),
    toFiles: (trained) => writeGpt({ ...whole, parameters: mergeLora(lora, frozen, trained) }),
  };
}

function refuse(
  { architecture, heldOutPairs }: SupervisedFineTuningJob,
  { rows, contextLength }: Opened<TokenPairs>,
): void {
  if (contextLength !== architecture.contextLength) {
    const message = `rows of ${contextLength} tokens are not the model's ${architecture.contextLength}`;
    throw new CoppiceFailure('InvalidInput', message);
  }
  if (heldOutPairs < rows) return;
  const message = `tokens: there are ${rows} pairs, of which the last ${heldOutPairs} are held out: none is left to train on`;
  throw new CoppiceFailure('InvalidInput', message, { rows, heldOutPairs });
}
