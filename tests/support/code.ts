// Code versions that a test makes up.
import { createHash } from 'node:crypto';
import type { CodeVersion, CodeVersions } from '../../artifacts/code-version.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** @param files content by path, or one content; @param packages version by name */
export function codeOf(
  files: Readonly<Record<string, string>> | string,
  packages: Readonly<Record<string, string>> = {},
): CodeVersion {
  const named = typeof files === 'string' ? { 'stage.ts': files } : files;
  return {
    digest: sha256(JSON.stringify([named, packages])),
    files: Object.fromEntries(Object.entries(named).map(([path, text]) => [path, sha256(text).slice(0, 16)])),
    packages,
  };
}

/** The same code for all stages, asked anew each time. */
export function codeVersionsOf(code: () => CodeVersion): CodeVersions<string> {
  return { of: code, isCurrent: () => Promise.resolve(true) };
}
