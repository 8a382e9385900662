// Entries of a ZIP archive in memory. An archive that means harm is refused as a whole, by what its directory says and by
// what its entries unpack to; archives within it are never opened.
import { buffer } from 'node:stream/consumers';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import { UnreadableDocument } from './unreadable-document.ts';

const MOST_ENTRIES = 10_000; // the largest books have some thousand pictures
const MOST_BYTES = 512 * 1024 * 1024; // of all entries, unpacked
const MOST_ENTRY_BYTES = 64 * 1024 * 1024;
const HIGHEST_RATIO = 200; // deflate reaches 1032; text comes to 10
const RATIO_FROM = 1024 * 1024; // bytes below which a high ratio does no harm

export interface ZipEntries {
  /** @returns the bytes of an entry; nothing where there is none of that name */
  readonly read: (name: string) => Promise<Buffer | undefined>;
}

async function openZip(bytes: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error) reject(new UnreadableDocument('zip-damaged'));
      else resolve(zip);
    });
  });
}

/** yauzl refuses names that lead out of the archive, and tells so in words alone. */
function refusal(error: Error): UnreadableDocument {
  const isUnsafe = /relative path|absolute path|invalid characters/.test(error.message);
  return new UnreadableDocument(isUnsafe ? 'zip-unsafe-path' : 'zip-damaged');
}

async function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  let count = 0;
  return new Promise((resolve, reject) => {
    zip.on('error', (error: Error) => reject(refusal(error)));
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: Entry) => {
      count += 1;
      bytes += entry.uncompressedSize;
      const isDense =
        entry.uncompressedSize > RATIO_FROM &&
        entry.uncompressedSize > HIGHEST_RATIO * Math.max(1, entry.compressedSize);
      if (count > MOST_ENTRIES || bytes > MOST_BYTES || isDense) reject(new UnreadableDocument('zip-bomb'));
      else {
        entries.set(entry.fileName, entry);
        zip.readEntry();
      }
    });
    zip.readEntry();
  });
}

/**
 * Opens an archive.
 * @throws UnreadableDocument zip-damaged, zip-bomb, zip-unsafe-path
 */
export async function openZipEntries(bytes: Buffer): Promise<ZipEntries> {
  const zip = await openZip(bytes);
  const entries = await listEntries(zip);
  return {
    read: async (name) => {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      if (entry.uncompressedSize > MOST_ENTRY_BYTES) throw new UnreadableDocument('zip-bomb');
      if (entry.isEncrypted()) throw new UnreadableDocument('epub-encrypted');
      return new Promise((resolve, reject) => {
        const damaged = (): void => reject(new UnreadableDocument('zip-damaged'));
        zip.openReadStream(entry, (error, stream) => {
          if (error) damaged();
          else buffer(stream).then(resolve, damaged); // it fails where more comes than the directory says
        });
      });
    },
  };
}
