// From the description of a source to the source.
import { join, resolve } from 'node:path';
import type { CollectedDocument } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { LabelSourceSpec, SourceSpec } from '../contracts/model-spec/collection.ts';
import type { Secret } from '../settings/secret.ts';
import { createArxivSource } from './arxiv.ts';
import { addDocumentLabels } from './document-labels.ts';
import { createFeedSource } from './feed.ts';
import { createFilesSource } from './files.ts';
import { createHackerNewsSource } from './hacker-news.ts';
import { addLabelFiles } from './label-files.ts';
import { createLabelCollector, type LabelCollection, type LabelKind } from './label-lines.ts';
import { addLabelObjects } from './label-objects.ts';
import { addLabelVotes } from './label-votes.ts';
import { createMailFolderSource } from './mail-folder.ts';
import { createMastodonSource } from './mastodon.ts';
import { createMediawikiSource } from './mediawiki.ts';
import { createMediawikiDumpSource } from './mediawiki-dump.ts';
import { createOaiPmhSource } from './oai-pmh.ts';
import { createObjectPrefixSource } from './object-prefix.ts';
import { createPackageSource } from './package.ts';
import { createPluginSource } from './plugin.ts';
import { openPseudonyms } from './pseudonyms.ts';
import { createRedditSource } from './reddit.ts';
import { createRepositorySource } from './repository.ts';
import type { ObjectReader, Source } from './source.ts';
import { createStackExchangeSource } from './stack-exchange.ts';
import { createTableFilesSource, createTableObjectsSource } from './table.ts';
import { createWebSource } from './web.ts';

export interface SourceContext {
  /** What relative paths are relative to: the folder of the model file. */
  readonly baseDirectory: string;
  /** Needed by the kinds that read objects. */
  readonly objects?: ObjectReader;
  /** Where sources keep what they have fetched; needed by packages. */
  readonly stateDirectory?: string;
  readonly now?: () => Date;
  /** Variables of the environment that hold access tokens, by name. */
  readonly secrets?: (variable: string) => Secret | undefined;
  /** Of the pseudonyms of authors; kept in the state directory where absent. */
  readonly pseudonymKey?: Secret;
}

function required(objects: ObjectReader | undefined, bucket: string): ObjectReader {
  if (objects !== undefined) return objects;
  throw new CoppiceFailure(
    'InvalidInput',
    `the bucket ${bucket} cannot be read: no object store is configured`,
  );
}

/** @throws CoppiceFailure InvalidInput where nothing is kept */
function folderFor(kind: string, name: string, stateDirectory: string | undefined): string {
  if (stateDirectory !== undefined) return join(stateDirectory, kind);
  throw new CoppiceFailure('InvalidInput', `nothing says where ${name} may be kept`);
}

/**
 * Makes the source that a model's collection describes.
 * @throws CoppiceFailure InvalidInput when it reads objects and there is no object store
 */
export function createSource(spec: SourceSpec, context: SourceContext): Source {
  const {
    baseDirectory,
    objects,
    stateDirectory,
    now = () => new Date(),
    secrets,
    pseudonymKey: key,
  } = context;
  const remote = { now, ...(secrets && { secrets }) };
  const social = { ...remote, pseudonyms: () => openPseudonyms({ stateDirectory, key }) };
  switch (spec.kind) {
    case 'feed':
      return createFeedSource(spec, { now });
    case 'files':
      return createFilesSource(spec, { path: resolve(baseDirectory, spec.path), now });
    case 'mail-folder':
      return createMailFolderSource(spec, { path: resolve(baseDirectory, spec.path), now });
    case 'object-prefix':
      return createObjectPrefixSource(spec, { objects: required(objects, spec.bucket), now });
    case 'arxiv':
      return createArxivSource(spec, remote);
    case 'oai-pmh':
      return createOaiPmhSource(spec, remote);
    case 'mastodon':
      return createMastodonSource(spec, social);
    case 'hacker-news':
      return createHackerNewsSource(spec, social);
    case 'reddit':
      return createRedditSource(spec, social);
    case 'stack-exchange':
      return createStackExchangeSource(spec, social);
    case 'mediawiki':
      return createMediawikiSource(spec, remote);
    case 'mediawiki-dump':
      return createMediawikiDumpSource({ ...spec, path: resolve(baseDirectory, spec.path) }, { now });
    case 'package':
      return createPackageSource(spec, {
        cacheFolder: folderFor('packages', spec.package, stateDirectory),
        now,
      });
    case 'plugin':
      return createPluginSource({ ...spec, path: resolve(baseDirectory, spec.path) }, { now });
    case 'repository':
      return createRepositorySource(spec, {
        cacheFolder: folderFor('repositories', spec.url, stateDirectory),
        now,
      });
    case 'table-files':
      return createTableFilesSource(spec, { path: resolve(baseDirectory, spec.path), now });
    case 'table-objects':
      return createTableObjectsSource(spec, { objects: required(objects, spec.bucket), now });
    case 'web':
      return createWebSource(spec, { now });
  }
}

export interface LabelContext extends SourceContext {
  readonly labelled?: LabelKind;
  /** All that was collected; needed by the kinds that ask the documents themselves. */
  readonly documents?: () => AsyncIterable<CollectedDocument>;
}

/**
 * Reads all labels of a collection. Sources count in their order: a later line for the same document replaces an earlier.
 * @throws CoppiceFailure when a folder or a bucket as a whole cannot be read
 */
export async function readLabels(
  specs: readonly LabelSourceSpec[],
  { baseDirectory, objects, labelled = 'documents', documents }: LabelContext,
  signal: AbortSignal,
): Promise<LabelCollection> {
  const collector = createLabelCollector(labelled);
  for (const spec of specs) {
    if (spec.kind === 'label-files')
      await addLabelFiles(resolve(baseDirectory, spec.path), collector, signal);
    else if (spec.kind === 'label-votes') {
      if (labelled === 'spans')
        throw new CoppiceFailure('InvalidInput', 'label-votes labels documents as a whole');
      await addLabelVotes(spec, collector, { baseDirectory, documents, signal });
    } else if ('source' in spec) {
      if (labelled === 'spans' || documents === undefined)
        throw new CoppiceFailure('InvalidInput', `${spec.kind} labels documents as a whole, and needs some`);
      await addDocumentLabels(spec, collector, { documents: documents(), signal });
    } else await addLabelObjects(spec, collector, { objects: required(objects, spec.bucket), signal });
  }
  return collector.result();
}
