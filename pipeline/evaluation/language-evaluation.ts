// A whole evaluation of a language model on documents that it was not trained on: figures with intervals beside those of
// the version in service, slices, leakage, budgets, gates. Pure: the same input gives the same result, digit for digit.
import type { GateSpec } from '../../contracts/model-spec/judgement.ts';
import { answerMetrics, languageMetrics, writtenMetrics } from '../../contracts/model-spec/judgement.ts';
import type { DocumentLosses, LanguageFigures } from '../../contracts/training-job.ts';
import type { AnswerMeasures } from './answer-metrics.ts';
import { answerStatistics, baselineAnswers } from './answer-metrics.ts';
import type { Statistic } from './bootstrap.ts';
import {
  answerLossStatistics,
  figuresOfDocuments,
  languageStatistics,
  measureAnswerLosses,
  measureDocuments,
} from './document-losses.ts';
import type { AnsweredPrompt } from './exact-match.ts';
import type { GateEvidence, StatisticOf } from './gate-evidence.ts';
import { createGateEvidence } from './gate-evidence.ts';
import type { GateVerdict } from './gates.ts';
import { judgeGates } from './gates.ts';
import { answerTableOf, plainTable } from './language-figures.ts';
import type { Leakage } from './leakage.ts';
import { warnOfLeakage } from './leakage.ts';
import type { GateMetricName, MetricEstimate, MetricTable } from './metric-table.ts';
import type { ServedFigures } from './served-figures.ts';
import { budgetTable } from './served-figures.ts';
import type { SliceFigure } from './slice-figures.ts';
import { measureSlices, nameWorst } from './slice-figures.ts';
import type { SlicedDocuments } from './slices.ts';
import { cutSlices } from './slices.ts';

export interface JudgedLanguage {
  readonly seed: number;
  readonly gates: readonly GateSpec[];
  /** The held-out documents, and what each cost the candidate. */
  readonly holdout: SlicedDocuments & { readonly ids: readonly string[] };
  readonly losses: DocumentLosses;
  /** The version in service on the same documents; without `losses` nothing is known document by document. */
  readonly champion?: {
    readonly title: string;
    readonly figures: LanguageFigures;
    readonly losses?: DocumentLosses | undefined;
  };
  /** Where it was taught to answer: figures of held-out answers, what it was asked, and how well it answered. */
  readonly answering?: {
    readonly heldOut: LanguageFigures;
    readonly answers: readonly AnsweredPrompt[];
    readonly measures: AnswerMeasures | undefined;
    /** Of each answer its document; absent where that is not known. */
    readonly documents?: SlicedDocuments | undefined;
    /** What each held-out answer cost, asked or not, and its document; absent where that is not known. */
    readonly losses?: DocumentLosses | undefined;
    readonly lossDocuments?: SlicedDocuments | undefined;
  };
  readonly leakage: Leakage;
  readonly served?: ServedFigures | undefined;
}

/** A held-out document that it found hard. */
export interface HardDocument {
  readonly id: string;
  readonly bitsPerByte: number;
  readonly tokens: number;
  /** How it begins. */
  readonly excerpt: string;
}

export interface LanguageEvaluation {
  readonly seed: number;
  readonly verdict: GateVerdict;
  readonly figures: LanguageFigures;
  readonly metrics: MetricTable;
  readonly champion?: { readonly title: string; readonly metrics: MetricTable };
  /** Bits per byte of the candidate less those of the champion, paired. */
  readonly difference?: MetricEstimate;
  readonly slices: readonly SliceFigure[];
  /** Of the answers, by what their documents are like. */
  readonly answerSlices: readonly SliceFigure[];
  /** The same of what all held-out answers cost, asked or not. */
  readonly answerLossSlices: readonly SliceFigure[];
  readonly leakage: Leakage;
  readonly served?: ServedFigures;
  /** Those with the most bits per byte. */
  readonly hardest: readonly HardDocument[];
  readonly warnings: readonly string[];
}

const SHOWN_DOCUMENTS = 10;
const EXCERPT = 400;

/** @throws MetricUndefined where a metric of its answers is undefined */
export function evaluateLanguage(input: JudgedLanguage): LanguageEvaluation {
  const { seed, gates, holdout, losses, champion, answering, leakage, served } = input;
  const documents = judgeDocuments(input);
  const answers = judgeAnswers(input);
  const answerLosses = judgeAnswerLosses(input);
  const metrics = {
    ...measureDocuments(losses, { seed }),
    ...answerTableOf({ answers: answering?.heldOut, measures: answering?.measures }),
    ...(answering?.losses && measureAnswerLosses(answering.losses, { seed })),
  };
  const rival = champion && {
    title: champion.title,
    metrics: champion.losses ? measureDocuments(champion.losses, { seed }) : tableOf(champion.figures),
  };
  const difference = documents.evidence.difference('bitsPerByte');
  return {
    seed,
    verdict: judgeGates(gates, {
      candidate: {
        ...metrics,
        ...budgetTable(served),
        leakage: { value: leakage.share, interval: null },
      },
      champion: rival?.metrics,
      baselines: answering?.measures?.systems.slice(1),
      evidence: joined(documents.evidence, answers?.evidence, answerLosses?.evidence),
    }),
    figures: figuresOfDocuments(losses),
    metrics,
    ...(rival && { champion: rival }),
    ...(difference && { difference }),
    slices: documents.slices,
    answerSlices: answers?.slices ?? [],
    answerLossSlices: answerLosses?.slices ?? [],
    leakage,
    ...(served && { served }),
    hardest: hardestOf(holdout, losses),
    warnings: [...warnOfSlices(documents.slices), ...warnOfLeakage(leakage)],
  };
}

interface Judged {
  readonly evidence: GateEvidence;
  readonly slices: SliceFigure[];
}

function judgeDocuments({ seed, holdout, losses, champion }: JudgedLanguage): Judged {
  const slices = cutSlices(holdout);
  const examples = losses.losses.length;
  const ours = languageStatistics(losses);
  const theirs = champion?.losses && languageStatistics(champion.losses);
  return {
    evidence: createGateEvidence({
      candidate: named(ours),
      champion: theirs && named({ bitsPerByte: theirs.bitsPerByte }), // the others are of a vocabulary
      ...{ examples, slices, seed },
    }),
    slices: measureSlices(slices, {
      lead: { metric: 'bitsPerByte', candidate: ours.bitsPerByte, champion: theirs?.bitsPerByte },
      others: measuresOf(ours, ['nextTokenAccuracy', 'perplexity']),
      ...{ examples, seed },
    }),
  };
}

/** Undefined where nothing was asked; no slices where the documents of the prompts are not known. */
function judgeAnswers({ seed, answering }: JudgedLanguage): Judged | undefined {
  if (answering === undefined || answering.answers.length === 0) return undefined;
  const slices = answering.documents ? cutSlices(answering.documents) : [];
  const ours = answerStatistics(answering.answers);
  const examples = answering.answers.length;
  return {
    evidence: createGateEvidence({
      ...{ candidate: named(ours), examples, slices, seed },
      baselines: baselineStatistics(answering.answers),
    }),
    slices: measureSlices(slices, {
      lead: { metric: 'rougeL', candidate: ours.rougeL },
      others: measuresOf(ours, ['chrf', 'exactMatch']),
      ...{ examples, seed },
    }),
  };
}

function baselineStatistics(answers: readonly AnsweredPrompt[]): Record<string, StatisticOf> {
  const systems = baselineAnswers(answers).map(
    ({ title, answers: theirs }) => [title, named(answerStatistics(theirs))] as const,
  );
  return Object.fromEntries(systems);
}

/** Undefined where answers were not measured one by one; no slices where their documents are not known. */
function judgeAnswerLosses({ seed, answering }: JudgedLanguage): Judged | undefined {
  if (!answering?.losses) return undefined;
  const slices = answering.lossDocuments ? cutSlices(answering.lossDocuments) : [];
  const ours = answerLossStatistics(answering.losses);
  const examples = answering.losses.losses.length;
  return {
    evidence: createGateEvidence({ candidate: named(ours), examples, slices, seed }),
    slices: measureSlices(slices, {
      lead: { metric: 'answerLoss', candidate: ours.answerLoss },
      others: measuresOf(ours, ['answerPerplexity']),
      ...{ examples, seed },
    }),
  };
}

const named =
  (statistics: Readonly<Record<string, Statistic>>) =>
  (metric: string): Statistic | undefined =>
    Object.hasOwn(statistics, metric) ? statistics[metric] : undefined;

const measuresOf = <Name extends GateMetricName>(
  statistics: Readonly<Record<Name, Statistic>>,
  metrics: readonly Name[],
) => metrics.map((metric) => ({ metric, candidate: statistics[metric] }));

/** Metrics of answers in words are judged on the prompts, what answers cost on all that are held out, others on the documents. */
function joined(
  documents: GateEvidence,
  written: GateEvidence | undefined,
  losses: GateEvidence | undefined,
): GateEvidence {
  const evidenceOf = (metric: string): GateEvidence | undefined => {
    if (writtenMetrics.some((name) => name === metric)) return written;
    return answerMetrics.some((name) => name === metric) ? losses : documents;
  };
  return {
    estimate: (metric, confidence) => evidenceOf(metric)?.estimate(metric, confidence),
    difference: (metric, than) => evidenceOf(metric)?.difference(metric, than),
    slices: (metric, by, confidence) =>
      evidenceOf(metric)?.slices(metric, by, confidence) ?? { by, judged: [], small: 0 },
  };
}

const tableOf = (figures: LanguageFigures): MetricTable =>
  plainTable(
    Object.fromEntries(
      languageMetrics.flatMap((name) =>
        name in figures ? [[name, figures[name as keyof LanguageFigures]]] : [],
      ),
    ),
  );

function hardestOf(
  { ids, texts }: JudgedLanguage['holdout'],
  { losses, bytes, tokens }: DocumentLosses,
): HardDocument[] {
  return ids
    .map((id, at) => ({ id, at, bitsPerByte: losses[at] / Math.LN2 / bytes[at] }))
    .filter(({ at }) => bytes[at] > 0)
    .sort((a, b) => b.bitsPerByte - a.bitsPerByte || a.at - b.at)
    .slice(0, SHOWN_DOCUMENTS)
    .map(({ id, at, bitsPerByte }) => ({
      ...{ id, bitsPerByte, tokens: tokens[at] },
      excerpt: Array.from(texts[at].slice(0, 2 * EXCERPT))
        .slice(0, EXCERPT)
        .join(''),
    }));
}

function warnOfSlices(slices: readonly SliceFigure[]): string[] {
  const worst = nameWorst(slices);
  if (worst.length === 0) return [];
  return [`The candidate fares worse than on all documents, and not by chance, on ${worst.join(', ')}.`];
}
