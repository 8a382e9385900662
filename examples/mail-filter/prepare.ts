// Lays out the tour's mails: a pool as a mail folder that Coppice collects from, and the stream that comes in as traffic.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DocumentLabel } from '../../contracts/document.ts';
import type { CorpusMail, MailLabel } from './corpus.ts';
import { corpusNames, FILES_AT_ONCE, interleave, readCorpusMails, withoutDuplicates } from './corpus.ts';
import { cleaningSteps } from './mail-filter.model.ts';

const POOL = 3_424;
const LIVE = 1_500;
const SPAM_SHARE = 0.21;
const REVISION = 1; // of this layout and of the cleaning behind it; a change prepares the mails afresh

/** A mail that is sent to the gateway. */
export interface LiveMail {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly label: MailLabel;
}

export interface PreparedMails {
  /** Holds the pool, one mail a file: `00001.eml` and so on, in the order of the stream. */
  readonly inboxFolder: string;
  /** True labels of the pool by document id, `inbox/00001.eml`, in the same order. */
  readonly poolLabels: readonly DocumentLabel[];
  readonly live: readonly LiveMail[];
  readonly facts: PreparationFacts;
}

const factsSchema = z.object({
  mails: z.number(),
  distinct: z.number(),
  spam: z.number(),
  distinctSpam: z.number(),
});
/** What deduplication found in the corpus. */
type PreparationFacts = z.infer<typeof factsSchema>;

const planSchema = z.object({ key: z.string(), names: z.array(z.string()), facts: factsSchema });
type Plan = z.infer<typeof planSchema>;

export interface PrepareOptions {
  /** Where the inbox and the plan go; only these two are touched. */
  readonly workFolder: string;
  readonly onProgress?: (progress: {
    readonly label: string;
    readonly done: number;
    readonly total: number;
  }) => void;
}

/** The package names its files by the MD5 of the mails, so their names say whether the corpus is the same. */
function planKey(names: readonly string[]): string {
  const parts = JSON.stringify([REVISION, POOL, LIVE, SPAM_SHARE, cleaningSteps, names]);
  return createHash('sha256').update(parts).digest('hex');
}

async function storedPlan(file: string, key: string): Promise<Plan | undefined> {
  try {
    const plan = planSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return plan.key === key ? plan : undefined;
  } catch {
    return undefined; // none yet, or not ours: prepared afresh
  }
}

async function makePlan(names: readonly string[], key: string, onProgress: Progress): Promise<Plan> {
  const total = names.length;
  onProgress({ label: 'reading mails', done: 0, total });
  const mails = await readCorpusMails(names);
  const distinct = await withoutDuplicates(mails, (done) =>
    onProgress({ label: 'looking for duplicates', done, total }),
  );
  const stream = interleave(distinct, { spamShare: SPAM_SHARE, length: POOL + LIVE });
  const spamOf = (list: readonly CorpusMail[]): number => list.filter(({ label }) => label === 'spam').length;
  const facts = {
    mails: total,
    distinct: distinct.length,
    spam: spamOf(mails),
    distinctSpam: spamOf(distinct),
  };
  return { key, names: stream.map(({ name }) => name), facts };
}

type Progress = NonNullable<PrepareOptions['onProgress']>;

/** Five digits and no more: an id must not give its label away. */
function poolFile(position: number): string {
  return `${String(position + 1).padStart(5, '0')}.eml`;
}

/** The folder appears whole or not at all, so that a killed preparation is not taken for a finished one. */
async function writeInbox(folder: string, pool: readonly CorpusMail[]): Promise<void> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  for (let start = 0; start < pool.length; start += FILES_AT_ONCE) {
    const batch = pool.slice(start, start + FILES_AT_ONCE);
    await Promise.all(batch.map(({ bytes }, at) => writeFile(join(partial, poolFile(start + at)), bytes)));
  }
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
}

async function inboxStands(folder: string): Promise<boolean> {
  try {
    const files = await readdir(folder);
    return files.length === POOL && files.sort().every((file, position) => file === poolFile(position));
  } catch {
    return false;
  }
}

/**
 * Prepares the mails of the tour. The second call with the same corpus reuses what the first has laid out.
 * @returns the pool's folder and labels, and the live mails with theirs
 */
export async function prepareMails({
  workFolder,
  onProgress = () => undefined,
}: PrepareOptions): Promise<PreparedMails> {
  await mkdir(workFolder, { recursive: true });
  const inboxFolder = join(workFolder, 'inbox');
  const planFile = join(workFolder, 'mails.json');
  const names = await corpusNames();
  const key = planKey(names);
  const stored = await storedPlan(planFile, key);
  const plan = stored ?? (await makePlan(names, key, onProgress));
  const stream = await readCorpusMails(plan.names);
  if (stored === undefined || !(await inboxStands(inboxFolder))) {
    onProgress({ label: 'writing the inbox', done: 0, total: POOL });
    await writeInbox(inboxFolder, stream.slice(0, POOL));
    await writeFile(planFile, JSON.stringify(plan));
  }
  return {
    inboxFolder,
    poolLabels: stream
      .slice(0, POOL)
      .map(({ label }, position) => ({ document: `inbox/${poolFile(position)}`, label })),
    live: stream.slice(POOL).map(({ bytes, label }, position) => ({
      id: `live-${String(position + 1).padStart(5, '0')}`,
      bytes,
      label,
    })),
    facts: plan.facts,
  };
}
