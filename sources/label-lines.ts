// Labels as JSON lines: `{ document, label, at? }`, or `{ document, spans, at? }` where stretches of a document are labelled.
// A later line for the same document replaces an earlier one.
import {
  type DocumentLabel,
  documentLabelSchema,
  type SpanLabel,
  spanLabelSchema,
} from '../contracts/document.ts';
import type { LabelVoter } from '../contracts/label-voter.ts';
import type { CollectionProblem } from './source.ts';

/** What is labelled: a document as a whole, or spans of its text. */
export type LabelKind = 'documents' | 'spans';

/** Gathers labels over several files or objects. */
export interface LabelCollector {
  readonly addLines: (text: string, uri: string) => void;
  readonly add: (label: DocumentLabel) => void;
  readonly addProblem: (problem: CollectionProblem) => void;
  readonly addVoters: (voters: readonly LabelVoter[]) => void;
  readonly result: () => LabelCollection;
}

export interface LabelCollection {
  /** One a document, in the order in which documents were first labelled. */
  readonly labels: readonly (DocumentLabel | SpanLabel)[];
  /** Lines and files that could not be read. */
  readonly problems: readonly CollectionProblem[];
  /** Who voted, where labels are decided by vote. */
  readonly voters: readonly LabelVoter[];
}

const kinds = {
  documents: { schema: documentLabelSchema, expected: '{"document": …, "label": …}' },
  spans: {
    schema: spanLabelSchema,
    expected: '{"document": …, "spans": [{"start": …, "end": …, "label": …}]} with spans that do not overlap',
  },
} as const;

function parseLine(line: string, kind: LabelKind): DocumentLabel | SpanLabel | undefined {
  try {
    return kinds[kind].schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // no JSON
  }
}

export function createLabelCollector(kind: LabelKind): LabelCollector {
  const labels = new Map<string, DocumentLabel | SpanLabel>();
  const problems: CollectionProblem[] = [];
  const all: LabelVoter[] = [];
  return {
    addLines: (text, uri) => {
      for (const [position, line] of text.split('\n').entries()) {
        if (line.trim() === '') continue;
        const label = parseLine(line, kind);
        if (label === undefined) {
          problems.push({
            uri: `${uri}#L${position + 1}`,
            reason: `not a label: expected ${kinds[kind].expected}`,
          });
        } else labels.set(label.document, label);
      }
    },
    add: (label) => void labels.set(label.document, label),
    addProblem: (problem) => void problems.push(problem),
    addVoters: (voters) => void all.push(...voters),
    result: () => ({ labels: [...labels.values()], problems, voters: all }),
  };
}
