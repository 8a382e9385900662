// Token ids in a file on this machine, of which a training process reads the rows of a batch and holds no more. Node has
// no memory mapping; a positioned read of pages that the system has cached costs microseconds.
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { TokenIds } from '../../pipeline/training/token-rows.ts';
import { idBytesOf } from '../../pipeline/training/token-rows.ts';

/** What reads an open file: a descriptor is the process's, so that another thread of it reads with the same one. */
export interface TokenSource {
  readonly descriptor: number;
  /** Ids in the file. */
  readonly length: number;
  readonly idBytes: 2 | 4;
}

/** Ids in an open file. */
export interface TokenFile extends TokenIds {
  readonly source: TokenSource;
  readonly close: () => void;
}

/** Of the check of all ids: large enough for few calls, small enough to be no burden. */
const CHECKED_AT_ONCE = 1 << 18;

/**
 * Brings the ids of a corpus to this machine. The file has no name once it is open: whatever ends the process, nothing of
 * it stays behind.
 * @throws CoppiceFailure InvalidInput where an id is outside the vocabulary, and those of the store
 */
export async function openTokenFile(
  artifacts: ArtifactStore,
  reference: ArtifactReference,
  vocabularySize: number,
): Promise<TokenFile> {
  const folder = await mkdtemp(join(tmpdir(), 'coppice-tokens-'));
  try {
    const path = join(folder, 'ids.bin');
    await artifacts.download(reference, path);
    const idBytes = idBytesOf(vocabularySize);
    const length = Math.floor(reference.sizeBytes / idBytes);
    const source = { descriptor: openSync(path, 'r'), length, idBytes };
    const file = { ...readTokenFile(source), source, close: () => closeSync(source.descriptor) };
    await checkIds(file, vocabularySize);
    return file;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Little-endian, as every platform that we run on. */
export function readTokenFile({ descriptor, length, idBytes }: TokenSource): TokenIds {
  return {
    length,
    subarray: (start, end) => {
      const count = Math.max(0, Math.min(end, length) - start);
      const ids = idBytes === 2 ? new Uint16Array(count) : new Uint32Array(count);
      let done = 0;
      while (done < ids.byteLength) {
        const read = readSync(descriptor, ids, done, ids.byteLength - done, start * idBytes + done);
        if (read === 0) throw new CoppiceFailure('InvalidInput', `ids.bin ends before id ${end}`);
        done += read;
      }
      return ids;
    },
  };
}

async function checkIds(file: TokenFile, vocabularySize: number): Promise<void> {
  for (let start = 0; start < file.length; start += CHECKED_AT_ONCE) {
    const wrong = file.subarray(start, start + CHECKED_AT_ONCE).findIndex((id) => id >= vocabularySize);
    if (wrong >= 0) {
      file.close();
      const message = `tokens: id ${start + wrong} is outside the vocabulary of ${vocabularySize}`;
      throw new CoppiceFailure('InvalidInput', message, { position: start + wrong, vocabularySize });
    }
    await new Promise(setImmediate); // messages of the supervisor get their turn
  }
}
