// Headless Chromium, for tests of what a browser shows and computes. It is used where the machine has it; where it is
// Debian and we are root, its package is installed: what it needs besides is too much to be unpacked into a folder.
import { exists } from './cache.mjs';
import { findOnPath, runCommand } from './command.mjs';

const variable = 'COPPICE_CHROMIUM_BIN';
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} path of the program
 */
export function findChromium(env) {
  const given = env[variable];
  if (given) return given;
  for (const name of names) {
    const found = findOnPath(name, env);
    if (found !== undefined) return found;
  }
  return applications.find(exists);
}

/**
 * Installs Debian's package.
 * @param {import('./progress.mjs').Board} board
 * @param {boolean} [isRoot]
 * @returns {Promise<string | undefined>} a message where it could not be had
 */
export async function setUpChromium(board, isRoot = process.getuid?.() === 0) {
  const step = board.step('Chromium', 'Debian package');
  const run = (/** @type {string[]} */ args) =>
    runCommand('apt-get', args, {
      onLine: step.detail,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    if (!isRoot || findOnPath('apt-get', process.env) === undefined)
      throw new Error('only root may install it, with apt-get');
    step.progress(undefined, 'Debian package lists');
    await run(['-qq', 'update']);
    step.progress(undefined, 'Debian package chromium');
    await run(['-qq', '--yes', '--no-install-recommends', 'install', 'chromium']);
    step.done('Debian package');
    return undefined;
  } catch (error) {
    step.failed('not to be had');
    const why = error instanceof Error ? error.message : String(error);
    return `Chromium is not here, and tests look at pages with it.\n    ${why}\n  Install Chromium or Chrome, or name it in ${variable}.`;
  }
}
