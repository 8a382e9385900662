// Which outputs of a step carry what an input held on: what a version has seen follows these edges and no others, so
// that one that was merely compared with another does not count as having learned from it.
import type { ArtifactReference, Digest } from '../../contracts/artifact.ts';
import type { LineageRecord } from '../../contracts/lineage.ts';

/** Inputs, by step and output. A step that does not stand here carries every input into every output. */
const carriers: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  cleaning: { corpus: ['documents'], dropped: ['documents'], texts: ['documents'] },
  tokenization: { tokenizer: ['corpus', 'existingTokenizer'], tokens: ['corpus'] },
  pairs: { pairs: ['corpus', 'labels'] },
  selection: {}, // rows and classes: which documents those are stands in the tokens
  // Classes by token: what is labelled in a document, under its name.
  'token-selection': { training: ['labels'], holdout: ['labels'] },
  pretraining: { weights: ['tokens', 'initialWeights'] },
  'fine-tuning': { weights: ['tokens', 'initialWeights'] },
  search: {}, // numbers alone
  'supervised-fine-tuning': { weights: ['tokens', 'initialWeights'] },
  evaluation: {
    package: ['weights', 'tokenizer'],
    report: ['corpus'],
    evidence: ['corpus'],
  },
  'token-evaluation': {
    package: ['weights', 'tokenizer'],
    report: ['corpus', 'labels'],
    evidence: ['corpus', 'labels'],
  },
  'batch-answers': { part: ['shard'] },
  batch: { output: ['folded'] },
  'language-evaluation': {
    package: ['weights', 'tokenizer'],
    report: ['corpus', 'pairs'],
    evidence: ['corpus', 'pairs'],
  },
};

/** An artifact in the role that it plays in a step. */
export interface RoleOf {
  readonly role: string;
  readonly reference: ArtifactReference;
}

/** What a stage is called in tables: the part of it that ran by itself. */
export function stepOf({ stage, step }: LineageRecord): string {
  return step ?? stage;
}

/** @returns the outputs of a record that carry what the artifact held, where the record read it */
export function carriedOutputs(record: LineageRecord, digest: Digest): RoleOf[] {
  const read = Object.entries(record.inputs).flatMap(([role, input]) =>
    input.digest === digest ? [role] : [],
  );
  if (read.length === 0) return [];
  const step = stepOf(record);
  const known = Object.hasOwn(carriers, step) ? carriers[step] : undefined;
  return Object.entries(record.outputs).flatMap(([role, reference]) => {
    const from = known && (Object.hasOwn(known, role) ? known[role] : []);
    return !from || from.some((input) => read.includes(input)) ? [{ role, reference }] : [];
  });
}
