// What the sections of a model file must agree on, given what the model is for.
import type { ArchitectureSpec } from './architecture.ts';
import type { CleaningSpec } from './cleaning.ts';
import { alignedSteps } from './cleaning.ts';
import type { CollectionSpec } from './collection.ts';
import type { EvaluationSpec, GateSpec, RolloutSpec } from './judgement.ts';
import {
  answerMetrics,
  budgetMetrics,
  entityMetrics,
  gateMetrics,
  languageMetrics,
  writtenMetrics,
} from './judgement.ts';
import type { TokenizerSpec, TrainingSpec } from './learning.ts';
import { pretrainingObjectives } from './learning.ts';
import { largestRank } from './lora.ts';
import { rolloutTestProblems } from './rollout-test.ts';
import { searchedPhase, searchProblems } from './searched-phase.ts';
import type { ServingSpec } from './serving.ts';

interface Sections {
  readonly task: 'text-classification' | 'token-classification' | 'language-modelling';
  readonly collection: CollectionSpec;
  readonly cleaning: CleaningSpec;
  readonly tokenizer: TokenizerSpec;
  readonly model: ArchitectureSpec;
  readonly training: TrainingSpec;
  readonly evaluation: EvaluationSpec;
  readonly rollout: RolloutSpec;
  readonly serving?: ServingSpec | undefined;
}

interface TaskProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** @returns every place where a section does not go with the task or the architecture */
export function* taskProblems(spec: Sections): Generator<TaskProblem> {
  yield* pretrainingProblems(spec);
  yield* supervisedProblems(spec);
  yield* gateProblems(spec);
  yield* wantedSearchProblems(spec);
  yield* rolloutTestProblems(spec.task, spec.rollout);
  const { task, model, training } = spec;
  if (task !== 'language-modelling') {
    yield* classifierProblems(spec);
    return;
  }
  if (model.architecture !== 'gpt2')
    yield {
      path: ['model', 'architecture'],
      message: 'language-modelling takes gpt2: a bert does not continue a text',
    };
  if (training.pretraining === undefined)
    yield { path: ['training', 'pretraining'], message: 'expected: a language model begins with it' };
  if ((spec.evaluation.stride ?? 1) > model.contextLength)
    yield {
      path: ['evaluation', 'stride'],
      message: `expected ${model.contextLength} at most, the length of the context: a larger one leaves tokens out`,
    };
  if (spec.serving?.precision === 'int8')
    yield {
      path: ['serving', 'precision'],
      message: 'language models are served in float32',
    };
  if ((spec.serving?.batching.maximumWaitMs ?? 0) > 0)
    yield {
      path: ['serving', 'batching', 'maximumWaitMs'],
      message: 'takes text-classification: texts of a language model join others at their next token',
    };
  if (spec.rollout.steps.length === 0)
    yield {
      path: ['rollout', 'steps'],
      message: 'expected one at least: only traffic says whether a language model is fit to serve',
    };
}

function* classifierProblems({
  task,
  collection,
  cleaning,
  model,
  evaluation,
  serving,
}: Sections): Generator<TaskProblem> {
  for (const field of ['samples', 'prompts'] as const)
    if (evaluation[field] !== undefined)
      yield {
        path: ['evaluation', field],
        message: 'takes language-modelling: a classifier continues no text',
      };
  if (evaluation.stride !== undefined)
    yield {
      path: ['evaluation', 'stride'],
      message: 'takes language-modelling: a classifier reads a document at once',
    };
  if (serving?.chatTemplate !== undefined)
    yield {
      path: ['serving', 'chatTemplate'],
      message: 'takes language-modelling: a classifier answers no messages',
    };
  if (model.architecture !== 'bert')
    yield {
      path: ['model', 'architecture'],
      message: `${task} takes bert: a ${model.architecture} has no classification head`,
    };
  if (task !== 'token-classification') return;
  if (evaluation.positiveLabel !== undefined)
    yield {
      path: ['evaluation', 'positiveLabel'],
      message: 'takes text-classification: of entities every label is reported',
    };
  for (const [index, { kind }] of collection.labels.entries())
    if (kind === 'document-folder' || kind === 'document-title')
      yield {
        path: ['collection', 'labels', index],
        message: `token-classification learns from spans of documents; ${kind} labels a whole one`,
      };
  for (const [index, { step }] of cleaning.steps.entries())
    if (!alignedSteps.includes(step))
      yield {
        path: ['cleaning', 'steps', index],
        message: `token-classification takes ${alignedSteps.join(', ')}: of ${step} nobody knows where its text came from`,
      };
}

function* pretrainingProblems({
  model: { architecture },
  tokenizer,
  training,
}: Sections): Generator<TaskProblem> {
  const { pretraining } = training;
  if (pretraining === undefined) return;
  const objective = pretrainingObjectives[architecture];
  if (pretraining.objective !== undefined && pretraining.objective !== objective)
    yield {
      path: ['training', 'pretraining', 'objective'],
      message: `${architecture} is pretrained as ${objective}`,
    };
  if (pretraining.wholeWords && objective !== 'masked')
    yield { path: ['training', 'pretraining', 'wholeWords'], message: `${architecture} masks no words` };
  else if (pretraining.wholeWords && tokenizer.algorithm !== 'wordpiece')
    yield {
      path: ['training', 'pretraining', 'wholeWords'],
      message: `takes wordpiece: a ${tokenizer.algorithm} vocabulary does not say which tokens continue a word`,
    };
}

function* supervisedProblems({ task, collection, model, training }: Sections): Generator<TaskProblem> {
  if (training.supervisedFineTuning === undefined) return;
  const { lora } = training.supervisedFineTuning;
  const path = ['training', 'supervisedFineTuning'];
  if (task !== 'language-modelling')
    yield { path, message: `${task} learns from labels by fineTuning: it does not answer in words` };
  else if (collection.labels.length === 0)
    yield {
      path: ['collection', 'labels'],
      message: 'expected one at least: labels are the answers to learn',
    };
  if (lora && lora.rank > largestRank(model, lora))
    yield {
      path: [...path, 'lora', 'rank'],
      message: `expected ${largestRank(model, lora)} at most, the narrowest side of ${lora.targets.join(', ')}`,
    };
}

function* wantedSearchProblems({ task, training }: Sections): Generator<TaskProblem> {
  const { search } = training;
  const wrong = [...searchProblems(training)];
  for (const { path, message } of wrong) yield { path: ['training', ...path], message };
  if (search && wrong.length === 0 && task === 'language-modelling' && searchedPhase(search) === 'fineTuning')
    yield {
      path: ['training', 'search', 'space'],
      message: 'fineTuning classifies: of a language model it is not done',
    };
}

function metricsOf(task: Sections['task'], { supervisedFineTuning }: TrainingSpec): readonly string[] {
  switch (task) {
    case 'text-classification':
      return [...gateMetrics, ...budgetMetrics];
    case 'token-classification':
      return [...entityMetrics, ...budgetMetrics];
    case 'language-modelling':
      return [...languageMetrics, ...(supervisedFineTuning ? answerMetrics : []), ...budgetMetrics];
  }
}

const isWritten = (metric: string): boolean => writtenMetrics.some((it) => it === metric);

function* confidenceProblems(
  task: Sections['task'],
  gate: GateSpec,
  path: (string | number)[],
): Generator<TaskProblem> {
  const isBudget = budgetMetrics.some((budget) => budget === gate.metric);
  if (isBudget && gate.kind !== 'at-most')
    yield { path: [...path, 'kind'], message: `${gate.metric} is better the lower it is: it takes at-most` };
  if (isBudget) {
    for (const field of ['inDoubt', 'confidence'] as const)
      if (gate[field] !== undefined)
        yield { path: [...path, field], message: `${gate.metric} has no interval that could leave a doubt` };
  }
  if (gate.kind === 'no-worse-than-baselines') return;
  if (isBudget && gate.slice !== undefined)
    yield { path: [...path, 'slice'], message: `${gate.metric} is of a version, not of documents` };
  if (gate.slice === 'label' && gate.metric === 'tokenAccuracy')
    yield { path: [...path, 'slice'], message: `${gate.metric} is of words, most of which have no label` };
  if (gate.slice === 'label' && task === 'language-modelling')
    yield { path: [...path, 'slice'], message: `documents of ${task} have no label to be cut by` };
}

function* gateProblems({ task, training, evaluation }: Sections): Generator<TaskProblem> {
  const known = metricsOf(task, training);
  for (const [index, gate] of evaluation.gates.entries()) {
    const { kind, metric } = gate;
    const path = ['evaluation', 'gates', index];
    yield* confidenceProblems(task, gate, path);
    if (!known.includes(metric))
      yield { path: [...path, 'metric'], message: `${task} has ${known.join(', ')}; not ${metric}` };
    else if (task === 'token-classification' && kind === 'no-worse-than-champion')
      yield {
        path: [...path, 'kind'],
        message: `gateways do not serve ${task}: no version is in service to be compared with`,
      };
    else if (task === 'language-modelling' && kind === 'no-worse-than-champion' && metric !== 'bitsPerByte')
      yield {
        path: [...path, 'metric'],
        message: `versions have vocabularies of their own: they compare by bitsPerByte, not by ${metric}`,
      };
    else if (kind === 'no-worse-than-baselines' && task === 'language-modelling' && !isWritten(metric))
      yield {
        path: [...path, 'metric'],
        message: `baselines of ${task} have ${writtenMetrics.join(', ')}; not ${metric}`,
      };
  }
}
