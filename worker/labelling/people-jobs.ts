// What helps people to label: how far they agree, and which documents they should look at next.
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { scoreTexts } from '../../pipeline/cleaning/text-classifier/text-classifier.ts';
import { cohenKappa, krippendorffAlpha } from '../../pipeline/labelling/agreement.ts';
import { type UncertaintyMeasure, uncertainty } from '../../pipeline/labelling/uncertainty.ts';
import { readTextClassifier } from '../../runtimes/languages/classifier-file.ts';
import { BadJob, readJsonLines } from './labelled-lines.ts';

export interface AgreementJob {
  readonly job: 'agreement';
  readonly votes: string;
}

export interface Agreement {
  readonly documents: number;
  readonly annotators: readonly string[];
  /** Null where it has no value. */
  readonly alpha: number | null;
  readonly pairs: readonly { readonly between: readonly [string, string]; readonly kappa: number | null }[];
}

const voteSchema = z.object({
  document: z.string().min(1),
  label: z.string().min(1),
  annotator: z.string().min(1),
});

/** Agreement of all people, and of each two of them. */
export async function measureAgreement({ votes }: AgreementJob): Promise<Agreement> {
  const lines = await readJsonLines(votes, voteSchema);
  const documents = [...new Set(lines.map(({ document }) => document))];
  const annotators = [...new Set(lines.map(({ annotator }) => annotator))].sort();
  if (annotators.length > 200) throw new BadJob(`${votes} has more than 200 annotators`);
  const given = new Map(lines.map((it) => [JSON.stringify([it.annotator, it.document]), it.label]));
  const answers = annotators.map((annotator) =>
    documents.map((document) => given.get(JSON.stringify([annotator, document]))),
  );
  const pairs = annotators.flatMap((one, at) =>
    annotators.slice(at + 1).map((other, behind) => ({
      between: [one, other] as const,
      kappa: cohenKappa(answers[at], answers[at + 1 + behind]) ?? null,
    })),
  );
  return { documents: documents.length, annotators, alpha: krippendorffAlpha(answers) ?? null, pairs };
}

export interface UncertainJob {
  readonly job: 'uncertain';
  readonly documents: string;
  /** Needed for lines without probabilities. */
  readonly classifier?: string | undefined;
  readonly measure: UncertaintyMeasure;
  readonly count: number;
  readonly out: string;
}

const documentSchema = z.object({
  document: z.string().min(1),
  text: z.string().default(''),
  probabilities: z.record(z.string(), z.number().min(0).max(1)).optional(),
});

/** Writes the documents of which least is certain, the least certain first, for people to add a label to each line. */
export async function chooseUncertain(
  job: UncertainJob,
): Promise<{ out: string; of: number; written: number }> {
  const lines = await readJsonLines(job.documents, documentSchema);
  const classifier =
    job.classifier === undefined
      ? undefined
      : await readTextClassifier({ path: job.classifier }).catch((error: unknown) => {
          throw new BadJob(error instanceof Error ? error.message : String(error));
        });
  const scored = lines.map(({ document, text, probabilities }, at) => {
    if (probabilities !== undefined)
      return { document, text, uncertainty: uncertainty(Object.values(probabilities), job.measure) };
    if (classifier === undefined)
      throw new BadJob(`${job.documents}, document ${at + 1}: no probabilities, and no classifier to ask`);
    // Labels of a filter do not exclude each other: the one that is least certain counts.
    const each = scoreTexts(classifier, [text])[0].map((it) => uncertainty([it, 1 - it], job.measure));
    return { document, text, uncertainty: Math.max(...each) };
  });
  const chosen = scored.sort((a, b) => b.uncertainty - a.uncertainty).slice(0, job.count);
  await writeFile(job.out, chosen.map((it) => `${JSON.stringify(it)}\n`).join(''));
  return { out: job.out, of: lines.length, written: chosen.length };
}
