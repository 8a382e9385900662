// Classifiers that nobody trained: each gives every text the same probabilities, so that one is as much better than another
// as a test wants it to be.
import { readFile } from 'node:fs/promises';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { type ArtifactReference, mediaTypes } from '../../contracts/artifact.ts';
import type { BertConfig } from '../../pipeline/model/config.ts';
import { initialParameters, namedTensors, parameterLayout } from '../../pipeline/model/layout.ts';
import { type ModelFiles, writeModel } from '../../pipeline/model/model-files.ts';

const contextLength = 48;
const labels = ['ham', 'spam'];

export interface LeaningClassifier {
  /** Probability of `ham`, whatever the text. */
  readonly ham: number;
  /** Whether its process ends on {@link fatalText}. */
  readonly fragile?: boolean;
}

/**
 * A text that a fragile classifier does not survive: its tokenizer replaces by a regular expression that backtracks beyond
 * all bounds on it, upon which the native library aborts the process.
 */
export const fatalText = 'x'.repeat(30);
const fatalPattern = '(x+x+)+y';

/** @returns the package in the store, as an evaluation leaves it */
export async function putLeaningClassifier(
  artifacts: ArtifactStore,
  { ham, fragile = false }: LeaningClassifier,
): Promise<ArtifactReference> {
  const { config, weights } = modelFiles(ham);
  const text = (it: string) => artifacts.putBytes(it, { mediaType: mediaTypes.json });
  return artifacts.putDirectory({
    'config.json': await text(config),
    'model.safetensors': await artifacts.putBytes(weights, { mediaType: mediaTypes.safetensors }),
    'tokenizer.json': await text(await tokenizer(fragile)),
    'preprocessing.json': await artifacts.putJson({ steps: [], contextLength }),
    'decision.json': await artifacts.putJson({ labels, positiveLabel: 'spam', threshold: 0.5 }),
  });
}

function modelFiles(ham: number): ModelFiles {
  const config: BertConfig = {
    ...{ head: 'classification', vocabularySize: 500, hiddenSize: 16, layers: 1, heads: 2 },
    ...{ intermediateSize: 32, contextLength, tokenTypes: 2, layerNormEpsilon: 1e-12, padTokenId: 0 },
    ...{ labels, dropout: 0 },
  };
  const layout = parameterLayout(config);
  const parameters = initialParameters(layout, 1);
  const tensors = new Map(namedTensors(layout, parameters).map(({ name, values }) => [name, values]));
  tensors.get('classifier.weight')?.fill(0);
  tensors.get('classifier.bias')?.set([Math.log(ham), Math.log(1 - ham)]);
  return writeModel({ config, layout, parameters });
}

async function tokenizer(fragile: boolean): Promise<string> {
  const json = await readFile(new URL('../golden/tokenizer.json', import.meta.url), 'utf8');
  if (!fragile) return json;
  const settings = JSON.parse(json) as { normalizer: unknown };
  const replace = { type: 'Replace', pattern: { Regex: fatalPattern }, content: '' };
  return JSON.stringify({
    ...settings,
    normalizer: { type: 'Sequence', normalizers: [replace, settings.normalizer] },
  });
}
