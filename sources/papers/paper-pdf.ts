// A paper itself, where an archive names its PDF: a document beside that of title and abstract.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Api } from '../api/api-client.ts';
import { documentOf } from '../content.ts';
import { licenceOf } from '../licences.ts';
import type { Found } from '../source.ts';
import type { Paper } from './paper.ts';

export interface PaperWithPdf extends Pick<Paper, 'name' | 'uri' | 'time' | 'licence'> {
  readonly pdf: string | undefined;
}

/** @returns the document of a PDF, or why there is none; what is wrong with one paper stops no others */
export async function readPdf(
  { name, uri, pdf, time, licence }: PaperWithPdf,
  {
    spec,
    api,
    now,
  }: {
    readonly spec: { readonly name: string; readonly licence?: string | undefined };
    readonly api: Api;
    readonly now: () => Date;
  },
): Promise<Found> {
  if (pdf === undefined || !URL.canParse(pdf)) return { problem: { uri, reason: 'no PDF' } };
  const at = new Date(time ?? Number.NaN);
  try {
    const { bytes } = await api.get(new URL(pdf), 'application/pdf');
    if (!bytes.subarray(0, 1_024).includes('%PDF-')) return { problem: { uri: pdf, reason: 'no PDF' } };
    return {
      document: documentOf(bytes, {
        ...{ source: spec.name, name: `${name}.pdf`, uri: pdf, mediaType: 'application/pdf' },
        licence: spec.licence ?? (licence && licenceOf(licence)),
        collectedAt: now(),
        time: Number.isNaN(at.getTime()) ? undefined : at,
      }),
    };
  } catch (error) {
    if (!(error instanceof CoppiceFailure)) throw error;
    return { problem: { uri: pdf, reason: `its PDF cannot be had (${error.type})` } };
  }
}
