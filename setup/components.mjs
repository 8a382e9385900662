// What Coppice needs and whether it is here: the rows of `coppice doctor`. Looks only, installs nothing.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache.mjs';
import { locateServers } from './locate.mjs';
import { packagesPresent } from './node-packages.mjs';
import { compareVersions } from './probe.mjs';
import { addonPresent } from './tensorflow-addon.mjs';
import { bundles, nodeVersions, servers } from './versions.mjs';

/**
 * @typedef {object} ComponentRow
 * @property {string} component
 * @property {string} version '' when missing
 * @property {string} from where it comes from, in a word or two
 * @property {'present' | 'missing'} state
 * @property {string} detail its place; when missing, why and what to do
 */

/** The repository's root. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<ComponentRow[]>}
 */
export async function componentTable(env = process.env) {
  return [nodeRow(process.versions.node), packagesRow(), addonRow(env), ...(await serverRows(env))];
}

/**
 * @param {string} version
 * @returns {ComponentRow}
 */
export function nodeRow(version) {
  const problem = nodeProblem(version);
  return {
    component: 'Node.js',
    version,
    from: 'path',
    state: problem === undefined ? 'present' : 'missing',
    detail: problem ?? process.execPath,
  };
}

/**
 * @param {string} version
 * @returns {string | undefined} why this Node does not serve
 */
export function nodeProblem(version) {
  const { lowest, highestMajor } = nodeVersions;
  if (compareVersions(version, lowest) >= 0 && Number(version.split('.')[0]) <= highestMajor)
    return undefined;
  return `Coppice runs on Node.js ${lowest} to ${highestMajor}; this is ${version}. See https://nodejs.org/en/download`;
}

/** @returns {ComponentRow} */
function packagesRow() {
  const present = packagesPresent(root);
  return {
    component: 'Node packages',
    version: present ? 'as locked' : '',
    from: 'npm',
    state: present ? 'present' : 'missing',
    detail: present
      ? join(root, 'node_modules')
      : 'not as package-lock.json has them; npm run setup installs them',
  };
}

/** @param {NodeJS.ProcessEnv} env @returns {ComponentRow} */
function addonRow(env) {
  const addon = addonPresent(root);
  const component = 'TensorFlow addon';
  if (addon === undefined) {
    return {
      component,
      version: '',
      from: '',
      state: 'missing',
      detail: 'not built; npm run setup builds it',
    };
  }
  const own = addon.library === 'as shipped';
  return {
    component,
    version: `libtensorflow ${addon.library}`,
    from: own ? 'tfjs-node' : 'PyPI wheel',
    state: 'present',
    detail: own ? 'installed by the package itself' : `built here, library in ${cacheFolder(env)}`,
  };
}

/** @param {NodeJS.ProcessEnv} env @returns {Promise<ComponentRow[]>} */
async function serverRows(env) {
  const located = Object.entries(await locateServers(env));
  return located.flatMap(([name, server]) => {
    const bundle = bundles[servers[/** @type {import('./versions.mjs').ServerName} */ (name)].bundle];
    if (bundle.onlyForTests) return [];
    if ('path' in server) {
      const detail = `${server.detail === server.path ? '' : `${server.detail}, `}${server.path}`;
      return { component: name, version: server.version, from: server.from, state: 'present', detail };
    }
    const tried = server.tried.map(({ where, why }) => `${where}: ${why}`).join('; ');
    const variable = bundle.addressVariable ?? '';
    const remedy = env[variable] ? `${variable} names ${env[variable]}` : 'npm run setup installs it';
    return { component: name, version: '', from: '', state: 'missing', detail: `${tried}; ${remedy}` };
  });
}
