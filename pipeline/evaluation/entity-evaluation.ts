// A whole evaluation of a model that finds entities, on its held-out documents: figures beside baselines, gates, and what a
// report shows of them. Pure: the same input gives the same result, digit for digit.
import type { EntityMetric, GateSpec } from '../../contracts/model-spec/judgement.ts';
import { entitiesOf, outside } from '../entities/tags.ts';
import type { LabelledWords } from './entity-baselines.ts';
import { frequentTags } from './entity-baselines.ts';
import type { AnsweredDocument, EntityConfusion, EntityError } from './entity-errors.ts';
import { confuseEntities, entityErrors } from './entity-errors.ts';
import type { LabelScore } from './entity-metrics.ts';
import { entityStatistics, labelSlices, measureEntities, scoreLabels } from './entity-metrics.ts';
import { formatCount, formatNumber } from './format.ts';
import { createGateEvidence } from './gate-evidence.ts';
import type { GateVerdict } from './gates.ts';
import { judgeGates } from './gates.ts';
import type { Leakage } from './leakage.ts';
import { findLeakage, warnOfLeakage } from './leakage.ts';
import type { MetricTable } from './metric-table.ts';
import type { ServedFigures } from './served-figures.ts';
import { budgetTable } from './served-figures.ts';
import type { SliceFigure, SliceMeasure } from './slice-figures.ts';
import { measureSlices, nameWorst } from './slice-figures.ts';
import { cutSlices } from './slices.ts';

export interface EntityEvaluationInput {
  readonly seed: number;
  readonly gates: readonly GateSpec[];
  readonly training: readonly (LabelledWords & { readonly id: string; readonly text: string })[];
  readonly holdout: readonly AnsweredDocument[];
  readonly counts: SpanCounts;
  /** Of the held-out documents, ISO 639-1; absent: they are not cut by it. */
  readonly languages?: readonly string[];
  /** As it will be served; absent: it was not measured. */
  readonly served?: ServedFigures;
}

/** What became of the spans that were labelled, in all documents. */
export interface SpanCounts {
  readonly spans: number;
  /** Spans that begin or end within a word: the whole word was taken. */
  readonly widened: number;
  /** Spans of which cleaning, or the words, left nothing. */
  readonly lost: number;
  /** Entities behind the last token of a row: nothing was learned from them, and held-out ones count as missed. */
  readonly beyondContext: number;
}

export interface MeasuredTagger {
  readonly kind: 'candidate' | 'frequent' | 'none';
  readonly title: string;
  readonly metrics: MetricTable;
}

export interface EntityEvaluation {
  readonly seed: number;
  readonly verdict: GateVerdict;
  readonly warnings: readonly string[];
  readonly systems: readonly MeasuredTagger[];
  readonly labels: readonly (LabelScore & { readonly trained: number })[];
  readonly confusion: EntityConfusion;
  /** The errors that it was surest of, of so many. */
  readonly errors: readonly EntityError[];
  readonly errorCount: number;
  readonly counts: SpanCounts;
  /** By language, length and source; what becomes of a label stands with the labels. */
  readonly slices: readonly SliceFigure[];
  readonly leakage: Leakage;
  readonly served?: ServedFigures;
  readonly heldOut: { readonly documents: number; readonly words: number };
}

const SHOWN_ERRORS = 20;
/** Below so many entities a label's figures rest on a handful. */
const FEW_ENTITIES = 20;

export function evaluateEntities(input: EntityEvaluationInput): EntityEvaluation {
  const { seed, holdout, counts } = input;
  const systems = measureSystems(input);
  const trained = countLabels(input.training.map(({ tags }) => tags));
  const labels = scoreLabels(holdout).map((it) => ({ ...it, trained: trained.get(it.label) ?? 0 }));
  const errors = entityErrors(holdout);
  const leakage = findLeakage(namedTexts(input.training), namedTexts(holdout));
  const { evidence, slices } = sliceDocuments(input);
  return {
    seed,
    verdict: judgeGates(input.gates, {
      candidate: {
        ...metricsOf(systems, 'candidate'),
        ...budgetTable(input.served),
        leakage: { value: leakage.share, interval: null },
      },
      baselines: systems.filter(({ kind }) => kind !== 'candidate'),
      evidence,
    }),
    warnings: [
      ...findWarnings(systems, labels, counts),
      ...nameWorst(slices).map(
        (worst) => `The candidate fares worse than on all documents, and not by chance, on ${worst}.`,
      ),
      ...warnOfLeakage(leakage),
    ],
    ...{ slices, leakage, ...(input.served && { served: input.served }) },
    systems,
    labels,
    confusion: confuseEntities(holdout),
    errors: errors.slice(0, SHOWN_ERRORS),
    errorCount: errors.length,
    counts,
    heldOut: {
      documents: holdout.length,
      words: holdout.reduce((sum, { words }) => sum + words.length, 0),
    },
  };
}

const namedTexts = (documents: readonly { readonly id: string; readonly text: string }[]) => ({
  ids: documents.map(({ id }) => id),
  texts: documents.map(({ text }) => text),
});

function sliceDocuments({ seed, training, holdout, languages }: EntityEvaluationInput) {
  const documents = holdout.map(({ labelled, answered }) => ({ labelled, answered }));
  const slices = cutSlices({
    texts: holdout.map(({ text }) => text),
    sources: holdout.map(({ source }) => source),
    languages,
  });
  const candidate = entityStatistics(documents);
  const measuresOf = (metrics: readonly EntityMetric[]): SliceMeasure[] =>
    metrics.flatMap((metric) => {
      const statistic = candidate(metric);
      return statistic === undefined ? [] : [{ metric, candidate: statistic }];
    });
  const [lead, ...others] = measuresOf(['entityF1', 'entityPrecision', 'entityRecall']);
  const about = { examples: holdout.length, seed };
  return {
    evidence: createGateEvidence({
      ...{ candidate, slices: [...slices, ...labelSlices(documents)], ...about },
      baselines: Object.fromEntries(
        answerByBaselines({ training, holdout }).map(({ title, answers }) => [
          title,
          entityStatistics(holdout.map(({ labelled }, at) => ({ labelled, answered: answers[at] }))),
        ]),
      ),
    }),
    slices: measureSlices(slices, { lead, others, ...about }),
  };
}

function measureSystems({ seed, training, holdout }: EntityEvaluationInput): MeasuredTagger[] {
  const measure = (answers: readonly (readonly string[])[]): MetricTable =>
    measureEntities(
      holdout.map(({ labelled }, index) => ({ labelled, answered: answers[index] })),
      { seed },
    );
  return [
    { kind: 'candidate', title: 'Candidate', metrics: measure(holdout.map(({ answered }) => answered)) },
    ...answerByBaselines({ training, holdout }).map(({ answers, ...it }) => ({
      ...it,
      metrics: measure(answers),
    })),
  ];
}

function answerByBaselines({ training, holdout }: Pick<EntityEvaluationInput, 'training' | 'holdout'>) {
  const spellings = holdout.map(({ text, words }) => words.map(({ start, end }) => text.slice(start, end)));
  return [
    {
      ...{ kind: 'frequent' as const, title: 'Each word’s most frequent tag' },
      answers: spellings.map(frequentTags(training)),
    },
    {
      ...{ kind: 'none' as const, title: 'No entity' },
      answers: spellings.map((words) => words.map(() => outside)),
    },
  ];
}

function metricsOf(systems: readonly MeasuredTagger[], kind: MeasuredTagger['kind']): MetricTable {
  return systems.find((system) => system.kind === kind)?.metrics ?? {};
}

function countLabels(documents: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of documents.flatMap(entitiesOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** What a reader must be told in words before believing the figures. */
function findWarnings(
  systems: readonly MeasuredTagger[],
  labels: EntityEvaluation['labels'],
  { beyondContext, widened, lost, spans }: SpanCounts,
): string[] {
  const f1 = (kind: MeasuredTagger['kind']): number => metricsOf(systems, kind).entityF1?.value ?? Number.NaN;
  const warnings: string[] = [];
  if (f1('candidate') <= f1('frequent'))
    warnings.push(
      `The candidate's F1 of ${formatNumber(f1('candidate'))} is no better than the ${formatNumber(f1('frequent'))} of ` +
        'giving every word the tag that it had most often.',
    );
  for (const { label, trained, labelled } of labels) {
    if (trained === 0) warnings.push(`No document to train on has a “${label}”: it cannot be learned.`);
    if (labelled < FEW_ENTITIES)
      warnings.push(`Only ${labelled} held-out entities are “${label}”: figures of that label are rough.`);
  }
  if (beyondContext > 0)
    warnings.push(
      `${formatCount(beyondContext)} entities stand behind the last token that the model reads. Nothing was learned from ` +
        'them, and held-out ones count as missed: a longer context, or shorter documents, would show them.',
    );
  if (widened + lost > 0)
    warnings.push(
      `Of ${formatCount(spans)} labelled spans ${formatCount(widened)} begin or end within a word, which was taken whole, ` +
        `and ${formatCount(lost)} touch no word of their own.`,
    );
  return warnings;
}
