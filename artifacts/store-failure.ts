// What the store's client throws, as failures of the table: one line that names the object and the address.
import { CoppiceFailure } from '../contracts/failures.ts';

const missing = new Set(['NoSuchKey', 'NotFound', 'NoSuchVersion']);
const forbidden = new Set(['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch']);

/** The code that S3 or the socket gave, `''` where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * @param doing what was tried, such as `get blobs/sha256/…`
 * @param location the store's address and bucket
 * @returns ArtifactNotFound, InvalidInput for credentials and buckets, else ArtifactStoreUnavailable, which is retried
 */
export function toStoreFailure(error: unknown, doing: string, location: string): CoppiceFailure {
  if (error instanceof CoppiceFailure) return error;
  const code = codeOf(error);
  const details = { location, doing, code };
  if (missing.has(code)) {
    return new CoppiceFailure('ArtifactNotFound', `${location}: nothing to ${doing}`, details);
  }
  if (code === 'NoSuchBucket') {
    return new CoppiceFailure('InvalidInput', `${location}: there is no such bucket (${doing})`, details);
  }
  if (forbidden.has(code)) {
    const message = `${location} refuses the credentials (${code}, ${doing})`;
    return new CoppiceFailure('InvalidInput', message, details);
  }
  const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
  const said = [code, reason].filter((part) => part !== '').join(': ');
  const message = `the artifact store ${location} does not answer as it should (${said}; ${doing})`;
  return new CoppiceFailure('ArtifactStoreUnavailable', message, details);
}

/** @returns whether a read failed because the bytes are gone, or were not what they should be and went to quarantine */
export function isLost(error: unknown): error is CoppiceFailure {
  return (
    error instanceof CoppiceFailure && (error.type === 'ArtifactNotFound' || error.type === 'ArtifactCorrupt')
  );
}
