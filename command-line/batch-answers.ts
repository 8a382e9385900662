// What a batch has left, on this machine: every byte is checked against its digest.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ControlApi } from '../client/control-api.ts';
import { RequestRefused } from '../client/failures.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { batchFiles } from '../contracts/batch.ts';

type Api = Pick<ControlApi, 'batchFiles' | 'openBatchFile'>;

/**
 * Writes the answers: JSON lines into one file, gzipped where its name ends in .gz; Parquet into a folder, a file a part.
 * @throws RequestRefused where bytes are not what their digest says
 */
export async function writeAnswers(api: Api, id: string, path: string): Promise<void> {
  const { files } = await api.batchFiles(id);
  const parts = Object.keys(files)
    .filter((name) => name.startsWith(batchFiles.answers))
    .sort();
  if (parts.some((name) => name.endsWith('.parquet'))) {
    await mkdir(path, { recursive: true });
    for (const name of parts)
      await whole(join(path, basename(name)), (to) =>
        pipeline(checked(api, id, { name, file: files[name] }), createWriteStream(to)),
      );
    return;
  }
  // Gzipped files one after the other are a gzipped file.
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const name of parts) yield* checked(api, id, { name, file: files[name] });
  }
  await whole(path, (to) =>
    path.endsWith('.gz') || parts.length === 0
      ? pipeline(bytes(), createWriteStream(to))
      : pipeline(bytes(), createGunzip(), createWriteStream(to)),
  );
}

/** Nothing appears under the name before all of it is there. */
async function whole(path: string, write: (to: string) => Promise<void>): Promise<void> {
  const part = `${path}.part`;
  try {
    await write(part);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

async function* checked(
  api: Api,
  id: string,
  { name, file }: { readonly name: string; readonly file: ArtifactReference },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of (await api.openBatchFile(id, name)) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    yield chunk;
  }
  if (`sha256:${hash.digest('hex')}` !== file.digest)
    throw new RequestRefused(`${name} of ${id} is not what its digest says: try it again`);
}
