// Fetches Kiwi, the Korean morphological analyser, for whoever asks: `node setup/kiwi.mjs`. kiwi-nlp is LGPL-2.1-or-later,
// its model Apache-2.0; neither comes with Coppice.
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.mjs';
import { findPython } from './tensorflow-library.mjs';
import { kiwi } from './versions.mjs';

const place = fileURLToPath(new URL('../node_modules/.cache/coppice-kiwi/', import.meta.url));

/** @param {string} folder that is filled */
async function fetchKiwi(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `kiwi-nlp@${kiwi.packageVersion}`];
  await runCommand('npm', npm, { cwd: folder });
  const python = await findPython(process.env);
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `kiwipiepy_model==${kiwi.modelVersion} --hash=sha256:${kiwi.modelSha256}\n`);
  const pip = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--no-input',
    '--disable-pip-version-check',
    '--require-hashes',
  ];
  await runCommand(python, [...pip, '--dest', folder, '--requirement', requirements]);
  const archive = (await readdir(folder)).find(
    (name) => name.startsWith('kiwipiepy_model') && name.endsWith('.tar.gz'),
  );
  if (archive === undefined) throw new Error('pip left no model');
  await runCommand('tar', ['-xzf', join(folder, archive), '-C', folder, '--strip-components=1']);
  await rm(join(folder, archive));
}

const partial = `${place.replace(/[\\/]$/, '')}.${process.pid}`;
try {
  process.stderr.write('Kiwi and its model, about 110 MB …\n');
  await fetchKiwi(partial);
  await rm(place, { recursive: true, force: true });
  await rename(partial, place);
  process.stderr.write('Kiwi is installed.\n');
} catch (error) {
  await rm(partial, { recursive: true, force: true });
  process.stderr.write(`Kiwi could not be had: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
