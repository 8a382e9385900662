// A blob as a file. A download that broke off leaves what it had beside its target, as
// `<name>.<digest>.<etag>.<owner>.partial`; whoever wants the same bytes next takes it over and fetches the rest. What is
// there is hashed again first: the state of a hash cannot be kept, and reading a disk costs less than the store.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { Blobs } from './blobs.ts';
import { ObjectChanged } from './object-store.ts';

/** What is smaller is fetched again as a whole: that costs about as much as to look for what is there. */
const resumableFromBytes = 4 * 1024 * 1024;
/** Nobody's: its owner gave it up. */
const free = 0;
/** Larger than the default, since each read costs a turn of the event loop. */
const readBytes = 1024 * 1024;

/** What is there of a download. */
interface Begun {
  readonly path: string;
  readonly start: number;
  readonly etag: string;
  readonly hash: Hash;
}

let downloads = 0;

/**
 * @throws CoppiceFailure of the read; what had arrived stays for the next attempt, unless it was found damaged
 */
export async function downloadTo(path: string, reference: ArtifactReference, blobs: Blobs): Promise<void> {
  if (await isThere(path, reference)) return;
  await mkdir(dirname(path), { recursive: true });
  downloads += 1;
  const mine = `${process.pid}-${downloads}`;
  if (reference.sizeBytes < resumableFromBytes) {
    await writeWhole(path, mine, await blobs.read(reference));
    return;
  }
  const begun = await takeOver(path, reference, mine);
  try {
    await fetchRest({ path, mine, begun }, reference, blobs);
  } catch (error) {
    if (!(error instanceof ObjectChanged)) throw error;
    await fetchRest({ path, mine, begun: undefined }, reference, blobs);
  }
}

async function writeWhole(path: string, mine: string, bytes: Buffer): Promise<void> {
  const whole = `${path}.${mine}.partial`;
  try {
    await writeFile(whole, bytes);
    await rename(whole, path);
  } catch (error) {
    await rm(whole, { force: true });
    throw error;
  }
}

/** @returns whether the file is there, with the very bytes */
async function isThere(path: string, { sizeBytes, digest }: ArtifactReference): Promise<boolean> {
  if ((await sizeOf(path)) !== sizeBytes) return false;
  return `sha256:${(await hashFile(path)).digest('hex')}` === digest;
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function hashFile(path: string): Promise<Hash> {
  const hash = createHash('sha256');
  const chunks = createReadStream(path, { highWaterMark: readBytes }) as AsyncIterable<Buffer>;
  for await (const chunk of chunks) hash.update(chunk);
  return hash;
}

/** Enough of the digest to tell two apart: names of files have an end. */
const digestIn = ({ digest }: ArtifactReference): string =>
  digest.slice('sha256:'.length, 'sha256:'.length + 16);

const partialName = (path: string, reference: ArtifactReference, etag: string, owner: string): string =>
  `${path}.${digestIn(reference)}.${encodeURIComponent(etag)}.${owner}.partial`;

/** The most that anybody left of these bytes and no longer works on. */
async function takeOver(
  path: string,
  reference: ArtifactReference,
  mine: string,
): Promise<Begun | undefined> {
  const prefix = `${basename(path)}.${digestIn(reference)}.`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix) || !name.endsWith('.partial')) continue;
    const [encodedEtag, owner = ''] = name.slice(prefix.length, -'.partial'.length).split('.');
    if (isAlive(Number(owner.split('-')[0]))) continue;
    const etag = decodeURIComponent(encodedEtag);
    const taken = partialName(path, reference, etag, mine);
    if (!(await renamed(join(dirname(path), name), taken))) continue; // another was faster
    const start = (await sizeOf(taken)) ?? 0;
    if (start > 0 && start < reference.sizeBytes && etag !== '')
      return { path: taken, start, etag, hash: await hashFile(taken) };
    await rm(taken, { force: true });
  }
  return undefined;
}

/** Of this process too: it may download the same twice at once. */
function isAlive(owner: number): boolean {
  if (owner === free) return false;
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

interface Target {
  readonly path: string;
  readonly mine: string;
  readonly begun: Begun | undefined;
}

async function fetchRest(
  { path, mine, begun }: Target,
  reference: ArtifactReference,
  blobs: Blobs,
): Promise<void> {
  let partial = begun?.path;
  try {
    const { stream, etag } = await blobs.open(reference, begun);
    partial ??= partialName(path, reference, etag, mine);
    await pipeline(stream, createWriteStream(partial, begun ? { flags: 'a' } : {}));
    await rename(partial, path);
  } catch (error) {
    if (partial !== undefined) await giveUp(partial, mine, { keep: await isWorthKeeping(partial, error) });
    throw error;
  }
}

/** Nothing that was found wrong, or is of another object: a failure that names a digest is one of the bytes. */
async function isWorthKeeping(partial: string, error: unknown): Promise<boolean> {
  if (error instanceof ObjectChanged) return false;
  if (error instanceof CoppiceFailure && 'digest' in error.details) return false;
  return ((await sizeOf(partial)) ?? 0) > 0;
}

async function giveUp(partial: string, mine: string, { keep }: { keep: boolean }): Promise<void> {
  if (keep) await rename(partial, partial.replace(`.${mine}.partial`, `.${free}-${mine}.partial`));
  else await rm(partial, { force: true });
}
