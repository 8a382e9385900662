// Loads a module that a user wrote, as it stands now: one that was changed is another.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { errorCode } from '../folder.ts';

/** @returns what went wrong, in one line */
export function inOneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0].slice(0, 300);
}

/**
 * @param what it is to be, in words
 * @returns its exports
 * @throws CoppiceFailure InvalidInput where there is no such file, or it cannot be loaded
 */
export async function importOwnModule(path: string, what: string): Promise<unknown> {
  const failed = (reason: string): CoppiceFailure =>
    new CoppiceFailure('InvalidInput', `the ${what} ${path} cannot be loaded: ${reason}`);
  const bytes = await readFile(path).catch((error: unknown) => {
    const code = errorCode(error);
    const reasons: Record<string, string> = { ENOENT: 'there is no such file', EISDIR: 'it is no file' };
    throw failed(reasons[code] ?? code);
  });
  const { href } = pathToFileURL(path);
  try {
    if (!/\.[cm]?ts$/.test(path)) {
      const digest = createHash('sha256').update(bytes).digest('hex');
      return await import(`${href}?sha256=${digest}`);
    }
    const { tsImport } = await import('tsx/esm/api');
    const found = (await tsImport(href, import.meta.url)) as { default?: unknown };
    // Where the nearest package.json does not say `"type": "module"`, the export of a TypeScript file stands one deeper.
    const inner = found.default;
    return typeof inner === 'object' && inner !== null && 'default' in inner ? inner : found;
  } catch (error) {
    throw failed(inOneLine(error));
  }
}
