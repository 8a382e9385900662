// Where a model that finds entities is wrong: which labels it takes for which, and the errors it was surest of.
import type { Entity } from '../entities/tags.ts';
import { entitiesOf } from '../entities/tags.ts';
import type { Word } from '../tokenization/tokenizer.ts';

/** A held-out document, word by word. */
export interface AnsweredDocument {
  readonly id: string;
  /** The name of its source. */
  readonly source: string;
  readonly text: string;
  readonly words: readonly Word[];
  /** The tag of each word: as labelled, and as answered. */
  readonly labelled: readonly string[];
  readonly answered: readonly string[];
  /** Probability that each answered tag was given; 1 of words that the model did not read. */
  readonly scores: readonly number[];
}

/** Labelled entities by what was answered in their place, and answered ones where nothing is labelled. */
export interface EntityConfusion {
  readonly labels: readonly string[];
  /** By label: [L + 2]: the same words answered as each label; other words that overlap; nothing. */
  readonly labelled: readonly (readonly number[])[];
  /** [L]: by the label that was answered. */
  readonly spurious: readonly number[];
}

/** A stretch of a text with what is labelled and what was answered there. */
export interface MarkedPiece {
  readonly text: string;
  readonly labelled?: string;
  readonly answered?: string;
}

export interface EntityError {
  readonly document: string;
  /** Absent where nothing is labelled, or nothing was answered. */
  readonly labelled?: string;
  readonly answered?: string;
  /** Mean probability of the tags that were answered there; the higher, the worse. */
  readonly score: number;
  /** The text around it. */
  readonly pieces: readonly MarkedPiece[];
}

const overlap = (a: Entity, b: Entity): boolean => a.first < b.end && b.first < a.end;

export function confuseEntities(documents: readonly AnsweredDocument[]): EntityConfusion {
  const read = documents.map(
    ({ labelled, answered }) => [entitiesOf(labelled), entitiesOf(answered)] as const,
  );
  const labels = [...new Set(read.flat(2).map(({ label }) => label))].sort();
  const rows = labels.map(() => new Array<number>(labels.length + 2).fill(0));
  const spurious = labels.map(() => 0);
  for (const [labelled, answered] of read) {
    for (const entity of labelled) {
      const same = answered.find(({ first, end }) => first === entity.first && end === entity.end);
      const touched = answered.some((it) => overlap(it, entity));
      const column = same ? labels.indexOf(same.label) : labels.length + (touched ? 0 : 1);
      rows[labels.indexOf(entity.label)][column] += 1;
    }
    for (const entity of answered)
      if (!labelled.some((it) => overlap(it, entity))) spurious[labels.indexOf(entity.label)] += 1;
  }
  return { labels, labelled: rows, spurious };
}

/** @returns every error, the one that the model was surest of first; of equal ones the earlier */
export function entityErrors(documents: readonly AnsweredDocument[]): EntityError[] {
  return documents.flatMap(errorsOf).sort((a, b) => b.score - a.score);
}

function errorsOf(document: AnsweredDocument): EntityError[] {
  const labelled = entitiesOf(document.labelled);
  const answered = entitiesOf(document.answered);
  const describe = (truth: Entity | undefined, answer: Entity | undefined): EntityError => {
    const first = Math.min(truth?.first ?? Infinity, answer?.first ?? Infinity);
    const end = Math.max(truth?.end ?? 0, answer?.end ?? 0);
    const scores = document.scores.slice(first, end);
    return {
      document: document.id,
      ...(truth && { labelled: truth.label }),
      ...(answer && { answered: answer.label }),
      score: scores.reduce((sum, score) => sum + score, 0) / scores.length,
      pieces: piecesAround(document, { first, end }, { labelled, answered }),
    };
  };
  const missed = labelled.flatMap((truth) => {
    const found = answered.find((it) => overlap(it, truth));
    const right = found?.first === truth.first && found.end === truth.end && found.label === truth.label;
    return right ? [] : [describe(truth, found)];
  });
  const spurious = answered.filter((it) => !labelled.some((truth) => overlap(it, truth)));
  return [...missed, ...spurious.map((answer) => describe(undefined, answer))];
}

const AROUND = 12; // words to either side: about a line

/** The text around some words, cut where an entity begins or ends. */
function piecesAround(
  { text, words }: AnsweredDocument,
  { first, end }: { readonly first: number; readonly end: number },
  { labelled, answered }: { readonly labelled: readonly Entity[]; readonly answered: readonly Entity[] },
): MarkedPiece[] {
  const from = Math.max(0, first - AROUND);
  const to = Math.min(words.length, end + AROUND);
  const edges = [...labelled, ...answered].flatMap((it) => [words[it.first].start, words[it.end - 1].end]);
  const [start, stop] = [words[from].start, words[to - 1].end];
  const cuts = [...new Set([start, ...edges.filter((edge) => edge > start && edge < stop), stop])].sort(
    (a, b) => a - b,
  );
  const labelAt = (entities: readonly Entity[], unit: number): string | undefined =>
    entities.find((it) => words[it.first].start <= unit && unit < words[it.end - 1].end)?.label;
  return cuts.slice(0, -1).map((unit, at) => {
    const [truth, answer] = [labelAt(labelled, unit), labelAt(answered, unit)];
    return {
      text: text.slice(unit, cuts[at + 1]),
      ...(truth !== undefined && { labelled: truth }),
      ...(answer !== undefined && { answered: answer }),
    };
  });
}
