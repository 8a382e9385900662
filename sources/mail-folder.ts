// A folder of mails: files of one message each, and mailboxes in mbox format.
import { open as openFile, readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { SourceSpec } from '../contracts/model-spec/collection.ts';
import { documentOf, looksBinary } from './content.ts';
import { collectEntries, type FoundState, type SourceEntry } from './entries.ts';
import { type FolderContext, fileState, problemBefore } from './files.ts';
import { type FolderEntry, listFolder } from './folder.ts';
import { isSeparator, readMailbox } from './mailbox.ts';
import { fingerprint, openSeenEntries } from './seen-entries.ts';
import type { Source } from './source.ts';

const MAIL = 'message/rfc822';
const ONE_MESSAGE = /\.(?:eml|msg|txt)$/i;
const HEAD = 64 * 1024; // bytes in which the headers of a mail begin and mostly end
const DIGEST_DIGITS = 12; // of a message's digest in its id: a mailbox has no other names, and numbers shift

const HEADER_LINE = /^[!-9;-~]+[ \t]*:/m;

/** @returns when a mail says that it was sent, where that can be read and lies within four-digit years. */
function sentAt(bytes: Uint8Array): Date | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD))
    .toString('latin1')
    .split(/\r?\n\r?\n/, 1)[0];
  const header = /^date:([^\n]*)/im.exec(head)?.[1] ?? '';
  const time = new Date(header.replace(/\([^()]*\)/g, '').trim());
  const year = time.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? time : undefined;
}

/** Pictures and archives that have strayed into the folder; a mail with a few odd bytes is still a mail. */
function isNoMail(bytes: Uint8Array): boolean {
  return looksBinary(bytes) && !HEADER_LINE.test(Buffer.from(bytes.subarray(0, 1024)).toString('latin1'));
}

async function firstLine(path: string): Promise<Buffer> {
  const file = await openFile(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    const head = buffer.subarray(0, bytesRead);
    const end = head.indexOf('\n');
    return end < 0 ? head : head.subarray(0, end + 1);
  } finally {
    await file.close();
  }
}

/** Makes the source of kind `mail-folder`. Files ending in .eml, .msg or .txt are one message whatever they begin with. */
export function createMailFolderSource(
  spec: Extract<SourceSpec, { kind: 'mail-folder' }>,
  { path, now }: FolderContext,
): Source {
  const { name: source, licence, maximumFileBytes } = spec;
  const tooLarge = `larger than ${maximumFileBytes} bytes`;

  const found = (bytes: Uint8Array, place: { name: string; uri: string; state: number }): FoundState => {
    const { name, uri, state } = place;
    if (isNoMail(bytes)) return { state, problem: { uri, reason: 'not a mail' } };
    const origin = { source, name, uri, mediaType: MAIL, collectedAt: now(), time: sentAt(bytes), licence };
    return { state, document: documentOf(bytes, origin) };
  };

  async function* openMailbox(entry: FolderEntry, uri: string): AsyncGenerator<FoundState> {
    for await (const { bytes, hexDigest, isTooLarge } of readMailbox(entry.path, maximumFileBytes)) {
      const mark = hexDigest.slice(0, DIGEST_DIGITS);
      const state = fingerprint(entry.name, hexDigest);
      const place = { name: `${entry.name}/${mark}`, uri: `${uri}#${mark}`, state };
      if (isTooLarge) yield { state, problem: { uri, reason: tooLarge } };
      else yield found(bytes, place);
    }
  }

  async function* open(entry: FolderEntry, uri: string): AsyncGenerator<FoundState> {
    const state = fileState(entry);
    if (entry.problem !== undefined) yield { state, problem: { uri, reason: entry.problem } };
    else if (!ONE_MESSAGE.test(entry.name) && isSeparator(await firstLine(entry.path)))
      yield* openMailbox(entry, uri);
    else {
      const before = problemBefore(entry, maximumFileBytes);
      if (before !== undefined) yield { state, problem: { uri, reason: before } };
      else yield found(await readFile(entry.path), { name: entry.name, uri, state });
    }
  }

  return {
    name: source,
    collect: async function* (cursor, signal) {
      const files = await listFolder(path, signal);
      const entries: SourceEntry[] = files.map((entry) => {
        const uri = pathToFileURL(entry.path).href;
        return { uri, state: fileState(entry), open: () => open(entry, uri) };
      });
      // The messages of a mailbox are known only once it is read, so with mailboxes nothing is forgotten.
      const mayForget = files.every(({ name }) => ONE_MESSAGE.test(name));
      const present = mayForget ? new Set(entries.map(({ state }) => state)) : undefined;
      yield* collectEntries(entries, openSeenEntries(cursor, present), signal);
    },
  };
}
