// A MinIO of a test's own.
import { credentials, startTestStore, type TestStore } from './test-store.ts';

export type TestMinio = TestStore;

/** @throws Error with the server's last words where it does not come up */
export function startMinio(): Promise<TestMinio> {
  return startTestStore('minio', ({ folder, ports: [port, consolePort] }) => ({
    args: [
      ...['server', folder, '--quiet'],
      ...['--address', `127.0.0.1:${port}`, '--console-address', `127.0.0.1:${consolePort}`],
    ],
    env: {
      MINIO_ROOT_USER: credentials.accessKey,
      MINIO_ROOT_PASSWORD: credentials.secretKey,
      MINIO_UPDATE: 'off',
    },
  }));
}
