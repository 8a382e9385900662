// Where each server's program is, without installing anything: the environment, then PATH, then the cache.
// Set-up, the stack and the doctor all ask here, so that they speak of the same program.
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { cachedBundles, sources } from './cached-servers.mjs';
import { findOnPath } from './command.mjs';
import { createVersionProbe, tooOld } from './probe.mjs';
import { servers } from './versions.mjs';

/**
 * @typedef {import('./versions.mjs').ServerName} ServerName
 */

/**
 * @typedef {object} FoundServer
 * @property {string} path absolute
 * @property {string} version as it calls itself, or the version that set-up installed
 * @property {'environment' | 'path' | 'cache' | 'debian'} from
 * @property {string} detail how it came there, in words
 * @property {string[]} args to pass before all others: a program that was unpacked must be told where its files are
 */

/**
 * @typedef {object} Attempt
 * @property {string} where
 * @property {string} why it did not serve
 */

/**
 * @typedef {object} MissingServer
 * @property {true} missing
 * @property {Attempt[]} tried
 */

/**
 * Finds every program.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Record<ServerName, FoundServer | MissingServer>>}
 */
export async function locateServers(env = process.env) {
  const probe = createVersionProbe(cacheFolder(env));
  const names = /** @type {ServerName[]} */ (Object.keys(servers));
  const found = await Promise.all(names.map(async (name) => [name, await locateServer(name, env, probe)]));
  probe.remember();
  return Object.fromEntries(found);
}

/**
 * @param {ServerName} name
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof createVersionProbe>} probe
 * @returns {Promise<FoundServer | MissingServer>}
 */
async function locateServer(name, env, probe) {
  const { variable, bundle } = servers[name];
  const explicit = env[variable];
  // A path that was given and does not serve is a mistake to report, not one to pass over.
  if (explicit) return locateExplicit(name, explicit, probe);
  /** @type {Attempt[]} */
  const tried = [{ where: variable, why: 'not set' }];
  const onPath = await locateOnPath(name, env, probe);
  if ('path' in onPath) return onPath;
  tried.push(onPath);
  const cache = cacheFolder(env);
  for (const { folder, cached } of cachedBundles(cache, bundle)) {
    const program = cached.programs[name];
    if (program === undefined) continue;
    return {
      path: join(folder, program),
      version: cached.version.replace(/^v/, ''), // as releases are named, without the tag's v
      from: cached.source === 'debian' ? 'debian' : 'cache',
      detail: sources[cached.source],
      args: (cached.args?.[name] ?? []).map((arg) => arg.replace('{folder}', folder)),
    };
  }
  tried.push({ where: 'the cache', why: `nothing for ${name} in ${join(cache, 'servers', bundle)}` });
  return { missing: true, tried };
}

/**
 * @param {ServerName} name
 * @param {string} path
 * @param {ReturnType<typeof createVersionProbe>} probe
 * @returns {Promise<FoundServer | MissingServer>}
 */
async function locateExplicit(name, path, probe) {
  const { variable } = servers[name];
  try {
    const version = await probe.versionOf(name, path);
    return { path, version: inWords(version), from: 'environment', detail: variable, args: [] };
  } catch (error) {
    return { missing: true, tried: [{ where: `${variable}=${path}`, why: messageOf(error) }] };
  }
}

/**
 * @param {ServerName} name
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof createVersionProbe>} probe
 * @returns {Promise<FoundServer | Attempt>}
 */
async function locateOnPath(name, env, probe) {
  const { names, lowest } = servers[name];
  let why = `no ${names.join(' or ')} there`;
  for (const path of names.map((program) => findOnPath(program, env))) {
    if (path === undefined) continue;
    try {
      const version = await probe.versionOf(name, path);
      const old = tooOld(version, lowest);
      if (old === undefined) return { path, version: inWords(version), from: 'path', detail: path, args: [] };
      why = `${path}: ${old}`;
    } catch (error) {
      why = `${path}: ${messageOf(error)}`;
    }
  }
  return { where: 'PATH', why };
}

/** @param {string} version */
function inWords(version) {
  return version === '' ? 'unnamed build' : version;
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
