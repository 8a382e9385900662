// What the report of an evaluation holds; `render-report.ts` makes it a page.
import type { CleaningSample } from '../../../contracts/cleaning-sample.ts';
import type { LabelVoter } from '../../../contracts/label-voter.ts';
import type { SearchTable } from '../../../contracts/search.ts';
import type { FunnelRow, TokenizationResult } from '../../../contracts/stage-results.ts';
import type { CurvePoint } from '../../../contracts/training-job.ts';
import type { AttentionText } from '../attention-maps.ts';
import type { ClassifierEvaluation } from '../classifier-evaluation.ts';
import type { Fit } from '../fit.ts';

/** Something that the version came from. */
export interface LineageLink {
  /** Its part in the version, such as `training labels`. */
  readonly role: string;
  /** A digest or a name. */
  readonly text: string;
  /** An http, https or relative address; anything else is shown without a link. */
  readonly href?: string;
}

type TokenizerFacts = Pick<TokenizationResult, 'vocabularySize' | 'statistics' | 'languages' | 'extension'>;

/** @returns what a report tells of a tokenizer, and nothing of where it is stored */
export function tokenizerFacts({
  vocabularySize,
  statistics,
  languages,
  extension,
}: TokenizerFacts): TokenizerFacts {
  return {
    ...{ vocabularySize, statistics },
    ...(languages && { languages }),
    ...(extension && { extension }),
  };
}

/** How a candidate came to be. */
export interface ReportOrigin {
  readonly model: string;
  readonly runId: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly learning: readonly CurvePoint[];
  /** Where hyperparameters were searched: all trials. */
  readonly search?: SearchTable;
  readonly cleaning: readonly FunnelRow[];
  /** Documents that steps changed or dropped. */
  readonly cleaningSamples?: readonly CleaningSample[];
  /** Where labels are decided by vote: who voted. */
  readonly labelVoters?: readonly LabelVoter[];
  readonly tokenizer: TokenizerFacts;
  readonly lineage: readonly LineageLink[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What a reader is told of a candidate: the evaluation, and how the candidate came to be. */
export interface EvaluationReport extends ClassifierEvaluation, ReportOrigin {
  readonly format: 'coppice-evaluation-report/1';
  /** The losses of pretraining, where there was any; `learning` is the phase after it. */
  readonly pretraining?: readonly CurvePoint[];
  /** Of the last phase: the gap between training and validation, and where the weights come from. */
  readonly fit?: Fit;
  /** What the candidate looked at in a few held-out texts. */
  readonly attention?: readonly AttentionText[];
}
