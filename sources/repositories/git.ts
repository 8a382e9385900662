// Git over its command line, so that a repository can make it do nothing but hand over its objects: no configuration but
// ours, no hooks, no prompts, no submodules, no way to fetch but the one that was asked for.
import { type ChildProcess, spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { readdir, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { errorCode } from '../folder.ts';
import { hostNameOf, isPrivateAddress } from '../web/addresses.ts';

const NOWHERE = '/dev/null';
const SIZE_EVERY_MS = 500;
const LONGEST_ANSWER = 256 * 1024 * 1024; // a list of a million files
const LONGEST_COMPLAINT = 64 * 1024;
const MEMORY_KIB = 1024 * 1024; // of each process: what a host says of its branches is held in memory, however much that is
/** `ulimit -v` where the system has it; processes that git starts inherit it. */
const WITHIN_MEMORY = 'ulimit -v "$0" 2>/dev/null || :; exec git "$@"';
const NOT_FOUND = 127; // the shell's answer
const PORTS: Readonly<Record<string, string | undefined>> = { 'https:': '443', 'http:': '80' };

export interface GitOptions {
  /** The repository's folder, a bare one. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Ways to fetch; none where objects are only read. */
  readonly schemes?: readonly string[];
  /** More settings, `name=value`. */
  readonly settings?: readonly string[];
  readonly maximumBytes?: number;
}

const SETTINGS = [
  `core.hooksPath=${NOWHERE}`,
  'core.fsmonitor=false',
  'core.alternateRefsCommand=',
  'credential.helper=',
  'fetch.recurseSubmodules=false',
  'submodule.recurse=false',
  'http.followRedirects=false', // another host would not have been looked at
  'http.lowSpeedLimit=100',
  'http.lowSpeedTime=60',
  'protocol.version=2',
  'pack.threads=2', // each has 64 MiB of addresses
  'core.packedGitWindowSize=32m', // packs are mapped a window at a time
  'core.packedGitLimit=256m',
  'core.bigFileThreshold=32m', // what is larger is not unpacked in memory
  'gc.auto=0',
  'maintenance.auto=false',
];

function environmentOf(schemes: readonly string[]): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: NOWHERE,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: NOWHERE,
    GIT_CONFIG_GLOBAL: NOWHERE,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'false',
    SSH_ASKPASS: 'false',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oConnectTimeout=30',
    GIT_ALLOW_PROTOCOL: schemes.join(':') || 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
  };
}

/** Ends git with all that it started: what fetches is a process of its own, which holds on to git's pipes. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return; // it never began
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error; // it has ended
  }
}

/** Starts git in the repository, with bounded memory and nothing of this process's surroundings, until the signal ends it. */
export function startGit(
  commandLine: readonly string[],
  { folder, signal, schemes = [], settings = [] }: GitOptions,
) {
  const configured = [...SETTINGS, ...settings].flatMap((setting) => ['-c', setting]);
  const line = [...configured, '--git-dir', folder, ...commandLine];
  const child = spawn('/bin/sh', ['-c', WITHIN_MEMORY, String(MEMORY_KIB), ...line], {
    env: environmentOf(schemes),
    detached: true, // a group of its own
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const end = (): void => endGroup(child);
  signal.addEventListener('abort', end, { once: true });
  child.once('close', () => signal.removeEventListener('abort', end));
  if (signal.aborted) end();
  return child;
}

/** @returns bytes of all files below a folder */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    bytes += await stat(join(folder, name)).then(
      (it) => (it.isFile() ? it.size : 0),
      () => 0, // gone meanwhile
    );
  }
  return bytes;
}

/** What git complains of, without addresses. */
function lastWords(complaint: string): string {
  const lines = complaint
    .split('\n')
    .map((line) => line.replace(/[a-z+]{1,10}:\/\/\S+/g, 'the repository').trim())
    .filter((line) => line !== '');
  return (lines.findLast((line) => /^(?:fatal|error|remote):/.test(line)) ?? lines.at(-1) ?? 'no word').slice(
    0,
    300,
  );
}

/**
 * Runs git to its end.
 * @returns what it wrote
 * @throws CoppiceFailure SourceUnavailable where it fails or takes too long, InvalidInput where the repository grows too large,
 * on the disk or in memory
 */
export async function runGit(commandLine: readonly string[], options: GitOptions): Promise<Buffer> {
  const { folder, signal, timeoutMs, maximumBytes = Number.POSITIVE_INFINITY } = options;
  signal.throwIfAborted();
  const child = startGit(commandLine, options);
  let failure: CoppiceFailure | undefined;
  const end = (because: CoppiceFailure): void => {
    failure ??= because;
    endGroup(child);
  };
  const tooLate = `git took longer than ${timeoutMs / 1_000} s`;
  const timer = setTimeout(() => end(new CoppiceFailure('SourceUnavailable', tooLate)), timeoutMs);
  const watch = setInterval(() => {
    if (maximumBytes === Number.POSITIVE_INFINITY) return;
    void sizeOf(folder).then((bytes) => {
      if (bytes > maximumBytes)
        end(new CoppiceFailure('InvalidInput', `the repository is larger than ${maximumBytes} bytes`));
    });
  }, SIZE_EVERY_MS);
  const out: Buffer[] = [];
  let size = 0;
  let complaint = '';
  child.stdin.end();
  child.stdout.on('data', (piece: Buffer) => {
    size += piece.length;
    if (size > LONGEST_ANSWER) end(new CoppiceFailure('InvalidInput', 'the repository has too many files'));
    else out.push(piece);
  });
  child.stderr.on('data', (piece: Buffer) => {
    complaint = (complaint + piece.toString('utf8')).slice(-LONGEST_COMPLAINT);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (code === NOT_FOUND)
      throw new CoppiceFailure('SourceUnavailable', "git is not installed on the worker's machine");
    if (code !== 0 && /out of memory/i.test(complaint))
      throw new CoppiceFailure('InvalidInput', 'the repository needs more memory than git is given');
    if (code !== 0) throw new CoppiceFailure('SourceUnavailable', `git fails: ${lastWords(complaint)}`);
    return Buffer.concat(out);
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
  }
}

/**
 * Resolves the host of a repository, and holds git to what was found.
 * @param allowed names of hosts that may be private
 * @returns settings that pin the address
 * @throws CoppiceFailure SourceForbidden where an address is not public, SourceUnavailable where there is none
 */
export async function pinAddress(url: URL, allowed: readonly string[]): Promise<string[]> {
  if (url.protocol === 'file:') return [];
  const host = hostNameOf(url);
  const found = isIP(host) === 0 ? await lookup(host, { all: true }).catch(() => []) : [{ address: host }];
  if (found.length === 0) throw new CoppiceFailure('SourceUnavailable', `${host} has no address`);
  if (!allowed.includes(host) && found.some(({ address }) => isPrivateAddress(address)))
    throw new CoppiceFailure('SourceForbidden', `${host} has an address that is not public`);
  const port = url.port || PORTS[url.protocol];
  if (port === undefined || isIP(host) !== 0) return [];
  const addresses = found.map(({ address }) => (isIP(address) === 6 ? `[${address}]` : address)).join(',');
  return [`http.curloptResolve=${host}:${port}:${addresses}`];
}
