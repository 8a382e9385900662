// A registry of npm's kind on loopback with one package, and what has npm ask there.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';

export interface NpmRegistry {
  /** Variables of the process that runs npm. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** @param files of version 1.2.0, by their paths in the package */
export async function openNpmRegistry(
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<NpmRegistry> {
  const entries = Object.entries(files).map(([path, body]) => ({
    header: { name: `package/${path}`, size: Buffer.byteLength(body) },
    body,
  }));
  const archive = gzipSync(await packTar(entries));
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const tarball = `http://127.0.0.1:${port}/archive.tgz`;
    if (request.url === '/archive.tgz') response.end(archive);
    else if (decodeURIComponent(request.url ?? '') === `/${name}`) {
      const version = { name, version: '1.2.0', dist: { tarball, integrity, unpackedSize: 100 } };
      response.end(
        JSON.stringify({ name, 'dist-tags': { latest: '1.2.0' }, versions: { '1.2.0': version } }),
      );
    } else response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const cache = await mkdtemp(join(tmpdir(), 'coppice-npm-'));
  return {
    environment: {
      npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      npm_config_cache: cache,
      npm_config_fetch_retries: '0',
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(cache, { recursive: true, force: true });
    },
  };
}
