// From the files of a version to a model that answers, by its architecture.
import type { LanguageModel } from './language-model.ts';
import { openLanguageModel } from './language-model.ts';
import type { HoldParameters } from './model-graphs.ts';
import type { PackageFiles } from './package-files.ts';
import { architectureOf } from './package-files.ts';
import type { TextClassifier } from './text-classifier.ts';
import { openTextClassifier } from './text-classifier.ts';

/** @throws RangeError for a kind of model that a page does not open */
export function openFiles(files: PackageFiles, hold: HoldParameters): TextClassifier | LanguageModel {
  const architecture = architectureOf(files.config);
  switch (architecture) {
    case 'BertForSequenceClassification':
      return openTextClassifier(files, hold);
    case 'GPT2LMHeadModel':
      return openLanguageModel(files, hold);
    default:
      throw new RangeError(`a page opens classifiers of texts and language models; not ${architecture}`);
  }
}
