// What a model file imports: `import { defineModel } from 'coppice'`.
export type { LabelFunction, LabelFunctions, LabelledDocument } from './contracts/label-functions.ts';
export { defineLabelFunctions } from './contracts/label-functions.ts';
export type { ArchitectureSpec, PresetName } from './contracts/model-spec/architecture.ts';
export type { CleaningSpec, CleaningStepSpec } from './contracts/model-spec/cleaning.ts';
export type { CollectionSpec, LabelSourceSpec, SourceSpec } from './contracts/model-spec/collection.ts';
export type {
  EvaluationSpec,
  GateMetric,
  GateSpec,
  MonitoringSpec,
  RetrainingSpec,
  RolloutSpec,
  Strategy,
} from './contracts/model-spec/judgement.ts';
export type {
  FineTuningSpec,
  PretrainingSpec,
  TokenizerSpec,
  TrainingSpec,
} from './contracts/model-spec/learning.ts';
export type { ModelDefinition, ModelSpec } from './contracts/model-spec/model-spec.ts';
export { defineModel } from './contracts/model-spec/model-spec.ts';
export type { ServingPrecision, ServingSpec } from './contracts/model-spec/serving.ts';
export type { PluginDocument, PluginItem, Position, SourcePlugin } from './contracts/source-plugin.ts';
export { defineSource } from './contracts/source-plugin.ts';
