// The clients of registries as they stand on this machine. What they are told goes as arguments, never through a shell.
import { execFile } from 'node:child_process';
import { CoppiceFailure } from '../../contracts/failures.ts';

/** One version of a package. */
export interface Release {
  readonly name: string;
  readonly version: string;
  /** As the registry states it before anything is fetched: the larger of the archive and what it unpacks to. */
  readonly sizeBytes?: number;
}

/** What a registry's own client does for a source. */
export interface RegistryClient {
  /**
   * @param version the newest where it is absent
   * @throws CoppiceFailure InvalidInput when there is no such package or version, SourceUnavailable when the registry
   *   cannot be asked
   */
  readonly find: (name: string, version: string | undefined, signal: AbortSignal) => Promise<Release>;
  /**
   * Fetches the archive and runs nothing of it.
   * @param folder empty, for this call alone
   * @returns the path of the archive
   */
  readonly fetch: (release: Release, folder: string, signal: AbortSignal) => Promise<string>;
  /** @returns the bytes of a tar archive */
  readonly openTar: (archive: string, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /** Leading parts of the paths in the archive that are none of the package's. */
  readonly wrapping: number;
  /** @returns what the package says about its licence */
  readonly readLicence: (files: string, name: string) => Promise<string | undefined>;
}

interface Ended {
  readonly succeeded: boolean;
  readonly out: string;
  readonly err: string;
}

const answerWithinMs = 15 * 60_000; // a gigabyte at a megabyte a second
const longestAnswer = 32 * 1024 * 1024; // npm answers about all versions at once where there are many

/**
 * Runs a client to its end.
 * @throws CoppiceFailure SourceUnavailable when it is not installed or takes too long
 */
export function runClient(
  program: string,
  commandLine: readonly string[],
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, signal, timeout: answerWithinMs, maxBuffer: longestAnswer };
    execFile(program, [...commandLine], options, (error, out, err) => {
      if (error === null) resolve({ succeeded: true, out, err });
      else if (signal.aborted) reject(signal.reason as Error);
      else if (error.code === 'ENOENT') reject(notInstalled(program));
      else if (error.killed === true)
        reject(
          new CoppiceFailure(
            'SourceUnavailable',
            `${program} took longer than ${answerWithinMs / 60_000} min`,
          ),
        );
      else resolve({ succeeded: false, out, err });
    });
  });
}

export function notInstalled(program: string): CoppiceFailure {
  return new CoppiceFailure(
    'SourceUnavailable',
    `${program} is not installed on the worker's machine; packages are fetched by it`,
  );
}

/** @returns the line with which a client says what went wrong, without addresses, which may hold credentials */
export function lastWords(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/https?:\/\/\S+/g, 'the registry').trim())
    .filter((line) => line !== '' && !/^W: |complete log of this run/.test(line));
  return (
    lines.find((line) => /^(?:E:|npm error (?!code))/.test(line)) ??
    lines.at(-1) ??
    'no reason given'
  ).slice(0, 200);
}
