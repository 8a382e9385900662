// Inputs and results of the stages of a lifecycle, as they stand in event histories: references and small numbers.
import { z } from 'zod';
import type { ArtifactReference } from './artifact.ts';
import type { GateJudgement } from './gate-judgement.ts';
import type { CleaningSpec } from './model-spec/cleaning.ts';
import type { CollectionSpec } from './model-spec/collection.ts';
import type { EvaluationSpec } from './model-spec/judgement.ts';
import type { SupervisedFineTuningSpec, TokenizerSpec } from './model-spec/learning.ts';
import type { Hyperparameters } from './model-spec/search.ts';
import type { ServingPrecision } from './model-spec/serving.ts';
import type { SplitSpec } from './model-spec/split.ts';
import type { CurvePoint, EarlyStoppingOutcome, LanguageFigures, MemoryFigures } from './training-job.ts';

/** What every stage is told about the run that it works for. */
export interface RunIdentity {
  readonly model: string;
  /** The lifecycle's workflow id. */
  readonly runId: string;
}

/** A part of the step cache's key that differs from an earlier result of the same step. */
export const cacheDifferenceSchema = z.object({
  part: z.enum(['code', 'package', 'parameter', 'input']),
  /** A source file, a package, the path of a parameter, or the role of an input. */
  name: z.string(),
  /** Absent where it was not there. Long values are cut short. */
  before: z.string().optional(),
  now: z.string().optional(),
});
export type CacheDifference = z.infer<typeof cacheDifferenceSchema>;

/** What every stage answers beside its own result. */
export interface StageRecord {
  /** The lineage record of this stage. */
  readonly lineage: ArtifactReference;
  /** Taken from the step cache; nothing was computed. */
  readonly cached: boolean;
  readonly seconds: number;
  /** The part of the stage that was cached by itself; absent in histories from before it was said. */
  readonly step?: string;
  /** Why it was taken from the step cache, or was not. */
  readonly cacheReason?: string;
  /** Of a step that was computed: how it differs from the nearest earlier result; the first of them, where many. */
  readonly cacheDifferences?: readonly CacheDifference[];
}

export interface CollectionInput extends RunIdentity {
  readonly collection: CollectionSpec;
  /** What is labelled; absent: documents as a whole. */
  readonly labelled?: 'spans';
}

export interface CollectionResult extends StageRecord {
  /** Directory of shards of collected documents, in collection order. */
  readonly documents: ArtifactReference;
  readonly labels: ArtifactReference;
  readonly documentCount: number;
  readonly newDocumentCount: number;
  readonly labelCount: number;
  /** JSON of who voted about labels (contracts/label-voter.ts), where they are decided by vote. */
  readonly labelVoters?: ArtifactReference;
  /** What could not be read, kept aside: JSONL of `{ uri, reason }`. */
  readonly problems: ArtifactReference;
  readonly problemCount: number;
  /** Of these, documents that were asked to be forgotten. */
  readonly forgottenCount?: number;
}

export interface CleaningInput extends RunIdentity {
  readonly cleaning: CleaningSpec;
  readonly documents: ArtifactReference;
  /** Clean documents say where their text comes from: labels are offsets. */
  readonly aligned?: true;
  /** Of the steps that ran before, some shards at a time: what became of the documents that are not here. */
  readonly before?: Pick<CleaningResult, 'dropped' | 'droppedCount' | 'funnel' | 'samples'>;
}

const count = z.number().int().nonnegative();
const counts = z.record(z.string(), count).readonly();
/** What one step did with the documents that reached it. */
export const funnelRowSchema = z
  .object({
    step: z.string(),
    in: count,
    kept: count,
    changed: count,
    dropped: count,
    reasons: counts,
    /** How much of what was changed, by its kind; absent of steps that do not say. */
    changes: counts.exactOptional(),
    /** UTF-8, of the texts that came and of those that were left; absent in histories from before it was told. */
    bytesIn: count.exactOptional(),
    bytesOut: count.exactOptional(),
  })
  .readonly();
export type FunnelRow = z.infer<typeof funnelRowSchema>;

export interface CleaningResult extends StageRecord {
  /** Directory of shards of clean documents. */
  readonly corpus: ArtifactReference;
  /** JSONL of dropped documents with step and reason. */
  readonly dropped: ArtifactReference;
  readonly keptCount: number;
  readonly droppedCount: number;
  readonly funnel: readonly FunnelRow[];
  /** JSON of documents that steps changed or dropped; absent in histories from before there were any. */
  readonly samples?: ArtifactReference;
}

export interface CorpusSplitInput extends RunIdentity {
  readonly corpus: ArtifactReference;
  readonly split: SplitSpec;
  /** How many documents are to be held out. */
  readonly holdout: number;
}

/** The same documents, those that are held out being the last ones. */
export interface CorpusSplitResult extends StageRecord {
  readonly corpus: ArtifactReference;
  /** How many are: by group more than were asked for. */
  readonly holdout: number;
}

export interface TokenizationInput extends RunIdentity {
  readonly corpus: ArtifactReference;
  readonly tokenizer: TokenizerSpec;
  readonly contextLength: number;
  /** Of the tokens; absent: rows. */
  readonly layout?: 'rows' | 'stream';
  /** Encode with this `tokenizer.json`, extended where `tokenizer` asks for it, and train none. */
  readonly existingTokenizer?: ArtifactReference;
}

/** How well a tokenizer fits the documents of one language. */
export interface LanguageStatistics {
  /** ISO 639: `und` where it cannot be told, `mul` for all that are too rare for a row of their own. */
  readonly language: string;
  readonly documents: number;
  /** Between white space. */
  readonly words: number;
  /** Tokens a word; 0 without words. */
  readonly fertility: number;
  readonly charactersPerToken: number;
  /** Share of the runs of letters that are one token, 0–1. */
  readonly wholeWordShare: number;
  /** Share of the characters, white space apart, that the vocabulary can write, 0–1. */
  readonly characterCoverage: number;
  /** Share of the tokens that are [UNK], 0–1. */
  readonly unknownRate: number;
  /** Of the tokenizer before its vocabulary was extended. */
  readonly before?: { readonly fertility: number; readonly unknownRate: number };
}

/** What extending a vocabulary came to. */
export interface VocabularyExtension {
  /** Tokens that there were. */
  readonly before: number;
  readonly added: number;
}

export interface TokenizationResult extends StageRecord {
  readonly tokenizer: ArtifactReference;
  /** See contracts/training-job.ts for the layout. */
  readonly tokens: ArtifactReference;
  readonly vocabularySize: number;
  readonly statistics: Readonly<Record<string, number>>;
  /** The language of most documents first; absent in histories from before it was told. */
  readonly languages?: readonly LanguageStatistics[];
  /** Of a vocabulary that was inherited and extended. */
  readonly extension?: VocabularyExtension;
}

export interface PairsInput extends RunIdentity {
  readonly corpus: ArtifactReference;
  /** The answers, by document. */
  readonly labels: ArtifactReference;
  readonly tokenizer: ArtifactReference;
  readonly template: SupervisedFineTuningSpec['template'];
  readonly contextLength: number;
  /** Pairs of the last so many documents, labelled or not, are not trained on. */
  readonly holdout: number;
}

/** How many prompts have an answer. */
export interface PairCounts {
  readonly training: number;
  readonly heldOut: number;
  /** Of these, whose text lost its end. */
  readonly cut: number;
  /** Whose answer leaves no room for any of the text; neither trained on nor held out. */
  readonly leftOut: number;
}

export interface PairsResult extends StageRecord {
  /** Tokens in pairs, in the order of the documents; see contracts/training-job.ts for the layout. */
  readonly pairs: ArtifactReference;
  readonly counts: PairCounts;
}

export interface SelectionInput extends RunIdentity {
  readonly tokens: ArtifactReference;
  readonly labels: ArtifactReference;
  readonly holdout: number;
  /** Class names that must keep their index, from the version that training goes on from. */
  readonly knownLabels?: readonly string[];
  /** How the held-out ones are chosen, and the texts that it goes by; absent: the last ones. */
  readonly split?: SplitSpec;
  readonly corpus?: ArtifactReference;
  /** Must be the label of a document. */
  readonly positiveLabel?: string;
}

export interface TokenSelectionInput extends Omit<SelectionInput, 'positiveLabel' | 'knownLabels'> {
  /** Texts that the labelled spans are in, and the tokenizer that splits them into words. */
  readonly corpus: ArtifactReference;
  readonly tokenizer: ArtifactReference;
  /** Package of the version that training goes on from: its tags keep their places. */
  readonly base?: ArtifactReference;
}

/**
 * Which rows are trained on and which are held out. Files of `{ row, label }[]`, or of `{ row, document, labels }[]` where
 * tokens are classified.
 */
export interface SelectionResult extends StageRecord {
  readonly training: ArtifactReference;
  readonly holdout: ArtifactReference;
  readonly labels: readonly string[];
  readonly trainingCount: number;
  readonly holdoutCount: number;
}

/** What a whole training made. */
export interface TrainingResult {
  readonly weights: ArtifactReference;
  readonly labels: readonly string[];
  readonly training: ArtifactReference;
  readonly holdout: ArtifactReference;
  readonly trainingCount: number;
  readonly holdoutCount: number;
  /** JSON of the loss curve. */
  readonly curve: ArtifactReference;
  readonly lastPoint: CurvePoint | undefined;
  readonly steps: number;
  /** Of the last phase, where it had early stopping. */
  readonly earlyStopping?: EarlyStoppingOutcome;
  /** The phase before, where there was one; absent in histories from before it was told. */
  readonly pretraining?: {
    readonly curve: ArtifactReference;
    readonly steps: number;
    readonly earlyStopping?: EarlyStoppingOutcome;
  };
  readonly tokensPerSecond: number;
  /** Of the last phase; absent in histories from before it was measured. */
  readonly memory?: MemoryFigures;
  /** Library, processor, precision: what the digest of the weights holds for. */
  readonly environment: Readonly<Record<string, string>>;
  readonly lineage: readonly ArtifactReference[];
  /** JSON of the trials (contracts/search.ts), where hyperparameters were searched. */
  readonly search?: ArtifactReference;
  /** What the best of them has. */
  readonly hyperparameters?: Hyperparameters;
  /** Selection and every phase came from the step cache; absent in histories from before it was said. */
  readonly cached?: boolean;
}

export interface EvaluationInput extends RunIdentity {
  readonly evaluation: EvaluationSpec;
  readonly contextLength: number;
  readonly cleaning: CleaningSpec;
  readonly corpus: ArtifactReference;
  readonly dropped: ArtifactReference;
  readonly funnel: readonly FunnelRow[];
  /** Absent in histories from before there were any. */
  readonly cleaningSamples?: ArtifactReference;
  /** As the collection has it. */
  readonly labelVoters?: ArtifactReference;
  readonly tokenization: TokenizationResult;
  readonly training: TrainingResult;
  /** JSON of this version's probabilities on the holdout. */
  readonly probabilities: ArtifactReference;
  readonly champion?: {
    readonly version: number;
    readonly package: ArtifactReference;
    /** Probabilities of the version in service on the same rows. */
    readonly probabilities: ArtifactReference;
  };
}

/** What a language model's training made. */
export interface LanguageTrainingResult
  extends Pick<
    TrainingResult,
    | 'weights'
    | 'curve'
    | 'lastPoint'
    | 'steps'
    | 'earlyStopping'
    | 'tokensPerSecond'
    | 'environment'
    | 'lineage'
    | 'search'
    | 'hyperparameters'
    | 'cached'
  > {
  /** Of the documents that it was not trained on. */
  readonly heldOut: LanguageFigures;
  /** Where the model file asks for it: the phase after pretraining, whose weights these are. */
  readonly answering?: AnsweringResult;
}

/** What supervised fine-tuning made of a language model. */
export interface AnsweringResult {
  /** Of the answers that it was not trained on. */
  readonly heldOut: LanguageFigures;
  readonly pairs: PairCounts;
  /** JSON of the loss curve. */
  readonly curve: ArtifactReference;
  readonly steps: number;
  readonly earlyStopping?: EarlyStoppingOutcome;
}

export interface TokenEvaluationInput extends Omit<EvaluationInput, 'dropped' | 'champion'> {
  /** Spans of the documents. */
  readonly labels: ArtifactReference;
}

export interface LanguageEvaluationInput
  extends Omit<EvaluationInput, 'training' | 'dropped' | 'probabilities' | 'champion'> {
  readonly training: LanguageTrainingResult;
  /** Of a model that was taught to answer. */
  readonly template?: SupervisedFineTuningSpec['template'];
  /** What the model file states; absent: as the model was trained to be asked. */
  readonly chatTemplate?: string;
  /** The prompts and answers, some of which it is asked; absent in histories from before it was. */
  readonly pairs?: ArtifactReference;
  /** The version in service on the same documents. */
  readonly champion?: { readonly version: number; readonly figures: ChampionFigures };
}

/** Which language model is measured, and on which documents. */
export interface ChampionFiguresInput extends RunIdentity {
  readonly package: ArtifactReference;
  readonly corpus: ArtifactReference;
  /** On the last so many documents. */
  readonly holdout: number;
  /** In tokens, between two windows; its context's length where that is less, or nothing is given. */
  readonly stride?: number | undefined;
}

export interface ChampionFigures extends LanguageFigures {
  /** JSON of a `documentLossesSchema`; absent in histories from before it was told. */
  readonly byDocument?: ArtifactReference;
}

export interface EvaluationResult extends StageRecord {
  readonly outcome: 'accepted' | 'rejected';
  readonly gates: readonly GateJudgement[];
  readonly metrics: Readonly<Record<string, number>>;
  /** 95 % bootstrap intervals of the first metrics. */
  readonly intervals: Readonly<Record<string, readonly [lower: number, upper: number]>>;
  readonly package: ArtifactReference;
  /** How the package is served and was judged; absent: float32. */
  readonly precision?: ServingPrecision;
  readonly report: ArtifactReference;
  readonly evidence: ArtifactReference;
}
