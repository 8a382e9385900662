// From a step's name and options in the model file to the step; `pipeline/cleaning/` has a file for each.
import type { CleaningStepSpec } from '../../contracts/model-spec/cleaning.ts';
import { createC4Paragraphs } from './c4-paragraphs.ts';
import { createC4Quality } from './c4-quality.ts';
import { createClassifyQuality } from './classify-quality.ts';
import { createCodeQuality } from './code-quality.ts';
import { createCorrectErrors } from './correct-errors.ts';
import { createDecodeDocument, type ReadDocument } from './decode-document.ts';
import { createDecodeEntities } from './decode-entities.ts';
import { createDecodeMail } from './decode-mail.ts';
import { createDeduplicate } from './deduplicate.ts';
import { createDropShort } from './drop-short.ts';
import { createDecontaminate } from './duplicates/decontaminate.ts';
import { createDeduplicateExact } from './duplicates/deduplicate-exact.ts';
import { createDeduplicateLines } from './duplicates/deduplicate-lines.ts';
import { createFinewebQuality } from './fineweb-quality.ts';
import { createFlagHarmful } from './flag-harmful.ts';
import { createGopherQuality } from './gopher-quality.ts';
import { createGopherRepetition } from './gopher-repetition.ts';
import { createIdentifyLanguage } from './identify-language.ts';
import type { Analysers } from './language/analysers.ts';
import { createLemmatize } from './lemmatize.ts';
import { createLowerCase } from './lower-case.ts';
import { createMainText } from './main-text.ts';
import { createNormalizeUnicode } from './normalize-unicode.ts';
import { createRedactPersonalData } from './personal-data/redact-personal-data.ts';
import { createRemoveStopWords } from './remove-stop-words.ts';
import { createRemoveText } from './remove-text.ts';
import { createRepairMojibake } from './repair-mojibake.ts';
import { createReplaceEmoji } from './replace-emoji.ts';
import { createShortenRuns } from './shorten-runs.ts';
import { createSplitMorphemes } from './split-morphemes.ts';
import { createSplitSentences } from './split-sentences.ts';
import { createStem } from './stem.ts';
import { createStripBookNotices } from './strip-book-notices.ts';
import { createStripFooters } from './strip-footers.ts';
import { createStripHtml } from './strip-html.ts';
import { createStripQuotes } from './strip-quotes.ts';
import { createStripRepeatedLines } from './strip-repeated-lines.ts';
import { createTextShape } from './text-shape.ts';
import type { WordLanguage, WordSplitter } from './words/word-splitter.ts';
import { createWordSplitter } from './words/word-splitter.ts';
import type { CleaningStep } from './working-document.ts';

/** What steps of one recipe share. */
export interface StepTools {
  /** One for each language, so that a text is split once for all steps that count its words. */
  readonly words: (language: WordLanguage) => WordSplitter;
  readonly analysers: Analysers;
  readonly readDocument: ReadDocument | undefined;
}

/** Makes the tools of a recipe; each is made when a step first asks for it. */
export function createTools(analysers: Analysers, readDocument?: ReadDocument): StepTools {
  const splitters = new Map<WordLanguage, WordSplitter>();
  return {
    ...{ analysers, readDocument },
    words: (language) => {
      const splitter = splitters.get(language) ?? createWordSplitter(language);
      splitters.set(language, splitter);
      return splitter;
    },
  };
}

/** Makes the step that a line of the recipe names. */
export function createStep(spec: CleaningStepSpec, tools: StepTools): CleaningStep {
  switch (spec.step) {
    case 'decode-document':
      return createDecodeDocument(tools.readDocument);
    case 'decode-mail':
      return createDecodeMail();
    case 'strip-html':
      return createStripHtml(spec);
    case 'main-text':
      return createMainText();
    case 'strip-repeated-lines':
      return createStripRepeatedLines(spec);
    case 'normalize-unicode':
      return createNormalizeUnicode(spec);
    case 'strip-quotes':
      return createStripQuotes();
    case 'strip-book-notices':
      return createStripBookNotices();
    case 'strip-footers':
      return createStripFooters();
    case 'remove-text':
      return createRemoveText(spec);
    case 'redact-personal-data':
      return createRedactPersonalData(spec);
    case 'drop-short':
      return createDropShort(spec);
    case 'deduplicate':
      return createDeduplicate(spec);
    case 'decontaminate':
      return createDecontaminate(spec, tools.analysers.evaluationSet);
    case 'deduplicate-exact':
      return createDeduplicateExact();
    case 'deduplicate-lines':
      return createDeduplicateLines(spec);
    case 'identify-language':
      return createIdentifyLanguage(spec, tools.analysers.tellLanguage);
    case 'replace-emoji':
      return createReplaceEmoji(spec, () => tools.analysers.emojiNames(spec.language));
    case 'text-shape':
      return createTextShape(spec);
    case 'classify-quality':
      return createClassifyQuality(spec, tools.analysers);
    case 'code-quality':
      return createCodeQuality(spec);
    case 'repair-mojibake':
      return createRepairMojibake();
    case 'decode-entities':
      return createDecodeEntities();
    case 'shorten-runs':
      return createShortenRuns(spec);
    case 'lower-case':
      return createLowerCase();
    case 'gopher-quality':
      return createGopherQuality(spec, tools.words(spec.language));
    case 'gopher-repetition':
      return createGopherRepetition(spec, tools.words(spec.language));
    case 'c4-quality':
      return createC4Quality(spec, tools.words(spec.language));
    case 'c4-paragraphs':
      return createC4Paragraphs(spec);
    case 'fineweb-quality':
      return createFinewebQuality(spec, tools.words(spec.language));
    case 'remove-stop-words':
      return createRemoveStopWords(spec);
    case 'stem':
      return createStem(spec, tools.analysers);
    case 'lemmatize':
      return createLemmatize(tools.analysers);
    case 'split-morphemes':
      return createSplitMorphemes(spec, tools.analysers);
    case 'split-sentences':
      return createSplitSentences(spec, tools.analysers);
    case 'correct-errors':
      return createCorrectErrors(spec, tools.analysers);
    case 'flag-harmful':
      return createFlagHarmful(spec, tools.analysers);
  }
}
