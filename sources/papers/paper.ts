// Titles and abstracts of papers as documents, and what archives answer as XML.
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { Api } from '../api/api-client.ts';
import { documentOf } from '../content.ts';
import { licenceOf } from '../licences.ts';
import type { Found } from '../source.ts';
import { decodeXml } from '../web/page-text.ts';
import { XmlError } from '../xml/xml-stream.ts';
import { readXml, type XmlElement } from '../xml/xml-tree.ts';

export interface Paper {
  readonly name: string;
  readonly uri: string;
  readonly title: string;
  readonly abstract: string;
  readonly time: string | undefined;
  readonly licence?: string | undefined;
}

/** @returns the document of a title and an abstract */
export function documentOfPaper(
  { title, abstract, time, licence, ...origin }: Paper,
  {
    spec,
    now,
  }: {
    readonly spec: { readonly name: string; readonly licence?: string | undefined };
    readonly now: () => Date;
  },
): Found {
  const at = new Date(time ?? Number.NaN);
  return {
    document: documentOf(Buffer.from(`${title}\n\n${abstract}\n`), {
      ...{ ...origin, source: spec.name, mediaType: 'text/plain', collectedAt: now() },
      licence: spec.licence ?? (licence && licenceOf(licence)),
      time: Number.isNaN(at.getTime()) ? undefined : at,
    }),
  };
}

/** @throws CoppiceFailure SourceUnavailable where the answer is no XML */
export async function getXml(api: Api, url: URL): Promise<XmlElement> {
  const { bytes, header } = await api.get(url, 'application/atom+xml, text/xml, application/xml');
  try {
    return readXml(Buffer.from(decodeXml(bytes, header('content-type') ?? '')));
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new CoppiceFailure('SourceUnavailable', `${url.host}${url.pathname}: ${error.message}`);
  }
}
