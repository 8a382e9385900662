// Weights of a vocabulary that was extended: old tokens keep their rows, number for number, and a new one begins with the
// mean of the rows of the old tokens that its text was split into (Gee et al. 2022, "Fast Vocabulary Transfer for Language
// Model Compression", EMNLP Industry, arXiv:2402.09977, section 3; Koto et al. 2021, IndoBERTweet, arXiv:2109.04607).
import type { TokenExtension } from '../../contracts/training-job.ts';
import type { NamedTensor } from './safetensors.ts';

/** Tensors with a row a token: embeddings, which heads are tied to, and the bias of a head over the vocabulary. */
const rowsOfTokens: readonly string[] = [
  'transformer.wte.weight',
  'bert.embeddings.word_embeddings.weight',
  'cls.predictions.bias',
];

/**
 * @param extension absent: none
 * @returns the tensors, those with a row a token grown at their end where they have as many rows as the old vocabulary
 */
export function extendTokens(tensors: readonly NamedTensor[], extension?: TokenExtension): NamedTensor[] {
  return tensors.map((tensor) => {
    const isExtended = rowsOfTokens.includes(tensor.name) && tensor.shape[0] === extension?.before;
    return isExtended ? extendRows(tensor, extension) : tensor;
  });
}

/** @param tensor [before] or [before, width] */
function extendRows({ name, shape, values }: NamedTensor, { before, parts }: TokenExtension): NamedTensor {
  const width = values.length / before;
  const extended = new Float32Array((before + parts.length) * width);
  extended.set(values);
  for (const [index, ids] of parts.entries()) {
    const start = (before + index) * width;
    for (let column = 0; column < width; column += 1) {
      let sum = 0; // in float64
      for (const id of ids) sum += values[id * width + column];
      extended[start + column] = sum / ids.length;
    }
  }
  return { name, shape: [before + parts.length, ...shape.slice(1)], values: extended };
}
