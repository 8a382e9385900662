// The three ways to get a server that is not there: official release, Debian's package, go install.
// Each fills a folder and says what it holds, or throws why it cannot.
import { cpSync, renameSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, exists } from './cache.mjs';
import { findOnPath, runCommand } from './command.mjs';
import { checksumIn, download, downloadText, unreachable } from './download.mjs';
import { formatBytes } from './progress-text.mjs';
import { bundles } from './versions.mjs';

/**
 * @typedef {import('./cached-servers.mjs').CachedBundle} CachedBundle
 * @typedef {import('./progress.mjs').Step} Step
 * @typedef {import('./versions.mjs').BundleName} BundleName
 * @typedef {import('./versions.mjs').Target} Target
 */

const archNames = { x64: 'amd64', arm64: 'arm64' };

/**
 * Where a release for this platform stands.
 * @param {import('./versions.mjs').Release} release
 * @param {string} platform of Node, such as linux
 * @param {string} arch of Node, such as x64
 * @returns {{name: string, url: string, sumsUrl: string, sha256: string | undefined}}
 * @throws {Error} when the project releases nothing for it
 */
export function releaseAsset(release, platform, arch) {
  const archName = archNames[/** @type {keyof typeof archNames} */ (arch)];
  if (archName === undefined || !['linux', 'darwin'].includes(platform)) {
    throw new Error(`no release is known for ${platform}-${arch}`);
  }
  const name = release.asset
    .replace('{version}', release.version)
    .replace('{os}', platform)
    .replace('{arch}', archName);
  const base = `https://github.com/${release.repository}/releases/download/v${release.version}`;
  const target = /** @type {Target} */ (`${platform}-${arch}`);
  return {
    name,
    url: `${base}/${name}`,
    sumsUrl: `${base}/${release.sumsFile}`,
    sha256: release.sha256[target],
  };
}

/**
 * @param {BundleName} bundle
 * @param {string} folder
 * @param {Step} step
 * @returns {Promise<CachedBundle>}
 */
export async function fromRelease(bundle, folder, step) {
  const { release, programs, title } = bundles[bundle];
  if (release === null) throw new Error(`${title} is released as source only`);
  const asset = releaseAsset(release, process.platform, process.arch);
  const obstacle = await unreachable('github.com');
  if (obstacle !== undefined) throw new Error(obstacle);
  const archive = join(folder, asset.name);
  // Targets without a checksum in versions.mjs are held against the list that the release itself carries.
  const expected = asset.sha256 ?? checksumIn(await downloadText(asset.sumsUrl), asset.name);
  if (expected === undefined)
    throw new Error(`${release.sumsFile} of the release does not list ${asset.name}`);
  const actual = await download(asset.url, archive, (done, total) =>
    step.progress(total && done / total, `release ${release.version}, ${formatBytes(done)}`),
  );
  if (actual !== expected) throw new Error(`${asset.name} has checksum ${actual}, not ${expected}: not used`);
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  await runCommand('tar', ['-xzf', archive, '-C', unpacked]);
  const [inner] = await readdir(unpacked);
  for (const program of programs) {
    const flat = join(unpacked, program);
    renameSync(exists(flat) ? flat : join(unpacked, inner ?? '', program), join(folder, program));
  }
  await rm(unpacked, { recursive: true });
  await rm(archive);
  return { source: 'release', version: release.version, programs: samePaths(programs) };
}

/**
 * Unpacks Debian's package into the folder: no root needed, nothing installed, no service started.
 * @param {BundleName} bundle
 * @param {string} folder
 * @param {Step} step
 * @returns {Promise<CachedBundle>}
 */
export async function fromDebian(bundle, folder, step) {
  const { debian, title } = bundles[bundle];
  if (debian === null) throw new Error(`Debian has no package of ${title}`);
  for (const tool of ['apt-get', 'dpkg-deb']) {
    if (findOnPath(tool, process.env) === undefined) throw new Error(`${tool} is not here`);
  }
  const packages = join(folder, 'packages');
  await mkdir(packages);
  step.progress(undefined, `Debian package ${debian.main}`);
  await downloadPackages(debian, packages, step);
  const files = (await readdir(packages)).filter((name) => name.endsWith('.deb'));
  const main = files.find((name) => name.startsWith(`${debian.main}_`));
  if (main === undefined) throw new Error(`apt-get downloaded no ${debian.main}`);
  const version = (await runCommand('dpkg-deb', ['-f', join(packages, main), 'Version'])).trim();
  for (const file of files) await runCommand('dpkg-deb', ['-x', join(packages, file), folder]);
  await rm(packages, { recursive: true });
  for (const unneeded of debian.unneeded ?? [])
    await rm(join(folder, unneeded), { recursive: true, force: true });
  if (debian.systemFolder !== undefined) placeSystemFolder(folder, debian.systemFolder);
  const { programs, args, systemFolder } = debian;
  return { source: 'debian', version, programs, args, systemFolder };
}

/**
 * Downloads with the machine's package lists, or with fresh ones of our own where those are missing or stale.
 * @param {import('./versions.mjs').DebianPackages} debian
 * @param {string} packages folder
 * @param {Step} step
 */
async function downloadPackages({ main, extras }, packages, step) {
  const run = (/** @type {string[]} */ args) =>
    runCommand('apt-get', args, { cwd: packages, onLine: step.detail });
  const downloadAll = async (/** @type {string[]} */ options) => {
    try {
      await run([...options, 'download', main, ...extras]);
    } catch {
      await run([...options, 'download', main]); // without its web pages it serves all the same
    }
  };
  try {
    await downloadAll([]);
  } catch {
    const own = join(packages, 'apt');
    await mkdir(join(own, 'state/lists/partial'), { recursive: true });
    await mkdir(join(own, 'cache/archives/partial'), { recursive: true });
    const options = ['-o', `Dir::State=${own}/state`, '-o', `Dir::Cache=${own}/cache`];
    step.progress(undefined, 'Debian package lists');
    await run([...options, '-o', 'Acquire::http::Timeout=5', '-o', 'Acquire::Retries=0', 'update']);
    step.progress(undefined, `Debian package ${main}`);
    await downloadAll(options);
  }
}

/**
 * Puts a package's data where its program insists on having it, as installing the package would.
 * @param {string} folder
 * @param {string} systemFolder
 */
function placeSystemFolder(folder, systemFolder) {
  if (exists(systemFolder)) return;
  try {
    cpSync(join(folder, systemFolder), systemFolder, { recursive: true });
  } catch (error) {
    throw new Error(`its program needs ${systemFolder}, which only root may make (${codeOf(error)})`);
  }
}

/**
 * @param {BundleName} bundle
 * @param {string} folder
 * @param {Step} step
 * @returns {Promise<CachedBundle>}
 */
export async function fromGo(bundle, folder, step) {
  const { go, programs } = bundles[bundle];
  const command = findOnPath('go', process.env);
  if (command === undefined) throw new Error('go is not here');
  let built = 0;
  const onLine = (/** @type {string} */ line) => {
    step.detail(line);
    if (line.startsWith('go: downloading'))
      step.progress(undefined, `go install ${go.version}, downloading sources`);
    if (!/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) return;
    built += 1;
    step.progress(Math.min(0.99, built / go.packages), `go install ${go.version}, ${built} packages`);
  };
  step.progress(undefined, `go install ${go.version}`);
  const targets = go.commands.map((path) => `${go.module}${path === '.' ? '' : `/${path}`}@${go.version}`);
  // -s -w leaves out symbol tables: a third smaller, and nothing here debugs them.
  await runCommand(command, ['install', '-v', '-ldflags=-s -w', ...targets], {
    env: { ...process.env, GOBIN: folder },
    onLine,
    timeoutMs: 1_800_000, // Prometheus takes over five minutes on two cores; thrice that means that it hangs
  });
  return { source: 'go', version: go.version, programs: samePaths(programs) };
}

/** @param {import('./versions.mjs').ServerName[]} programs @returns {CachedBundle['programs']} */
function samePaths(programs) {
  return Object.fromEntries(programs.map((program) => [program, program]));
}
