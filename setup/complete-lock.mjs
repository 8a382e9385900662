// Completes package-lock.json: `node setup/complete-lock.mjs`, after adding a dependency.
// npm leaves out other platforms' binary packages that its registry did not offer, and `npm ci` of a newer npm then
// refuses the whole file. Their versions stand in their parents' entries; a package's name says which platform it is for.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('./node-packages.mjs').LockedPackage & {
 *   license?: string, dev?: boolean, optionalDependencies?: Record<string, string>,
 * }} LockEntry
 */

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
];

/**
 * Which platform a binary package is for, by its name.
 * @param {string} name such as `@swc/core-linux-arm-gnueabihf`
 * @returns {{os: string[], cpu: string[], libc?: string[]} | undefined}
 */
export function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) return undefined;
  const last = words.at(-1) ?? '';
  const libc = last.startsWith('musl') ? ['musl'] : last.startsWith('gnu') ? ['glibc'] : undefined;
  return { os: [os], cpu: [cpu], ...(libc && { libc }) };
}

/**
 * Optional packages that the lock file's entries name and that have no entry of their own.
 * @param {Record<string, LockEntry>} packages by path
 * @returns {{name: string, version: string, parent: LockEntry}[]}
 */
export function missingOptionals(packages) {
  return Object.entries(packages).flatMap(([path, parent]) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(
        ([name]) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      )
      .map(([name, version]) => ({ name, version, parent })),
  );
}

/**
 * @param {Record<string, LockEntry>} packages by path
 * @returns {Record<string, LockEntry>} with an entry for each missing one, in the order of npm
 */
export function completed(packages) {
  const added = missingOptionals(packages).flatMap(({ name, version, parent }) => {
    const platform = platformOf(name);
    // A range cannot be completed without asking the registry, and nor can a package for every platform.
    if (platform === undefined || !/^\d+\.\d+\.\d+[\w.-]*$/.test(version)) return [];
    const { dev, license } = parent;
    const entry = { ...platform, ...(dev && { dev }), ...(license && { license }), optional: true };
    const sorted = Object.entries(entry).sort(([a], [b]) => a.localeCompare(b, 'en')); // as npm would write it
    return [/** @type {const} */ ([`node_modules/${name}`, { version, ...Object.fromEntries(sorted) }])];
  });
  const all = [...Object.entries(packages), ...added];
  return Object.fromEntries(all.sort(([a], [b]) => a.localeCompare(b, 'en')));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const count = missingOptionals(lock.packages).length;
  if (count > 0)
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: completed(lock.packages) }, null, 2)}\n`);
  process.stdout.write(
    `${count} packages of other platforms were missing, ${missingOptionals(completed(lock.packages)).length} are\n`,
  );
}
