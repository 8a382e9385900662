// Labels as JSON lines: `{ document, label, at? }`. A later line for the same document replaces an earlier one.
import { type DocumentLabel, documentLabelSchema } from '../contracts/document.ts';
import type { CollectionProblem } from './source.ts';

/** Gathers labels over several files or objects. */
export interface LabelCollector {
  readonly addLines: (text: string, uri: string) => void;
  readonly addProblem: (problem: CollectionProblem) => void;
  readonly result: () => LabelCollection;
}

export interface LabelCollection {
  /** One a document, in the order in which documents were first labelled. */
  readonly labels: readonly DocumentLabel[];
  /** Lines and files that could not be read. */
  readonly problems: readonly CollectionProblem[];
}

function parseLine(line: string): DocumentLabel | undefined {
  try {
    return documentLabelSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // no JSON
  }
}

export function createLabelCollector(): LabelCollector {
  const labels = new Map<string, DocumentLabel>();
  const problems: CollectionProblem[] = [];
  return {
    addLines: (text, uri) => {
      for (const [position, line] of text.split('\n').entries()) {
        if (line.trim() === '') continue;
        const label = parseLine(line);
        if (label === undefined) {
          problems.push({
            uri: `${uri}#L${position + 1}`,
            reason: 'not a label: expected {"document": …, "label": …}',
          });
        } else labels.set(label.document, label);
      }
    },
    addProblem: (problem) => void problems.push(problem),
    result: () => ({ labels: [...labels.values()], problems }),
  };
}
