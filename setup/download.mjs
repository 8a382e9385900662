// Downloads of official releases: checksum verified, and quick to give up on a host that is not reached.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { codeOf } from './cache.mjs';
import { findOnPath, runCommand } from './command.mjs';

const reachTimeoutMs = 5_000; // the promise: a host that is not reached fails over within seconds
const stallTimeoutMs = 30_000;

/** Hosts asked in this run: several servers come from one host, and one answer does for all. */
const asked = /** @type {Map<string, Promise<string | undefined>>} */ (new Map());

/**
 * @param {string} host
 * @returns {Promise<string | undefined>} why it is not reached; undefined when it is
 */
export function unreachable(host) {
  const answer = asked.get(host) ?? probe(host);
  asked.set(host, answer);
  return answer;
}

/** @param {string} host */
async function probe(host) {
  try {
    const proxy = proxyCurl();
    if (proxy)
      await runCommand(proxy, [
        '-sSI',
        '-m',
        String(reachTimeoutMs / 1000),
        '-o',
        '/dev/null',
        `https://${host}/`,
      ]);
    else
      await fetch(`https://${host}/`, {
        method: 'HEAD',
        redirect: 'manual',
        signal: AbortSignal.timeout(reachTimeoutMs),
      });
    return undefined;
  } catch (error) {
    return `${host} is not reached within ${reachTimeoutMs / 1000} s (${reasonOf(error)})`;
  }
}

/**
 * @param {string} url
 * @param {string} path file to write
 * @param {(done: number, total: number | undefined) => void} onProgress bytes
 * @returns {Promise<string>} the file's SHA-256, in hexadecimal
 */
export async function download(url, path, onProgress) {
  const proxy = proxyCurl();
  if (proxy) {
    // Node 20 does not speak to proxies; curl reads the same variables as npm and pip.
    await runCommand(proxy, ['-fsSL', '--connect-timeout', '5', '-y', '30', '-Y', '1', '-o', path, url]);
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  const hash = createHash('sha256');
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Error('stalled')), stallTimeoutMs);
  try {
    const response = await fetch(url, { signal: stall.signal });
    if (!response.ok || response.body === null)
      throw new Error(`${new URL(url).host} answers ${response.status}`);
    const total = Number(response.headers.get('content-length')) || undefined;
    let done = 0;
    const count = new Transform({
      transform(chunk, _encoding, next) {
        timer.refresh();
        hash.update(chunk);
        done += chunk.length;
        onProgress(done, total);
        next(null, chunk);
      },
    });
    await pipeline(
      Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (response.body)),
      count,
      createWriteStream(path),
    );
    return hash.digest('hex');
  } catch (error) {
    throw new Error(reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {string} url
 * @returns {Promise<string>} the text behind it
 */
export async function downloadText(url) {
  const proxy = proxyCurl();
  if (proxy) return runCommand(proxy, ['-fsSL', '-m', '20', url]);
  const response = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  if (!response.ok) throw new Error(`${new URL(url).host} answers ${response.status}`);
  return response.text();
}

/**
 * @param {string} sums lines of `<sha256>  <name>`, as sha256sum writes them
 * @param {string} name
 * @returns {string | undefined}
 */
export function checksumIn(sums, name) {
  return sums
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(
      ([digest, file]) => file?.replace(/^\*|^\.\//, '') === name && /^[0-9a-f]{64}$/.test(digest ?? ''),
    )?.[0];
}

/** @returns {string | undefined} curl, where a proxy stands between us and the release */
function proxyCurl() {
  const { HTTPS_PROXY, https_proxy } = process.env;
  return HTTPS_PROXY || https_proxy ? findOnPath('curl', process.env) : undefined;
}

/** @param {unknown} error */
function reasonOf(error) {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer';
  // fetch hides the reason (ENOTFOUND, ECONNREFUSED) in the cause.
  return codeOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
