// A Versity S3 Gateway of a test's own: objects are files of a folder, with what S3 knows of them in a folder beside.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { credentials, startTestStore, type TestStore } from './test-store.ts';

/** @param versioning without it there is no object lock */
export function startVersitygw({ versioning }: { versioning: boolean }): Promise<TestStore> {
  return startTestStore('versitygw', ({ folder, ports: [port] }) => {
    const [objects, about, versions] = ['objects', 'about', 'versions'].map((name) => join(folder, name));
    for (const path of [objects, about, versions]) mkdirSync(path);
    return {
      args: [
        ...['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive'],
        ...['posix', '--sidecar', about, ...(versioning ? ['--versioning-dir', versions] : []), objects],
      ],
      env: { ROOT_ACCESS_KEY: credentials.accessKey, ROOT_SECRET_KEY: credentials.secretKey },
    };
  });
}
