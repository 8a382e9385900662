// The trainer as two files, itself and its thread: it and its packages are read in a third of the time that their sources
// take, and trainers start often.
import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/coppice/', import.meta.url));

let made: Promise<string> | undefined;

/**
 * Bundles the sources as they are when it is first called; a process keeps to what it has.
 * @returns the file to start
 */
export function trainerProgram(): Promise<string> {
  made ??= makeProgram();
  return made;
}

async function makeProgram(): Promise<string> {
  const { outputFiles } = await build({
    // The thread's file has the name by which the trainer looks for it beside itself.
    entryPoints: { main: join(here, 'main.ts'), 'batch-thread': join(here, 'batch-thread-main.ts') },
    outdir: here, // a name only
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    external: ['onnxruntime-node'], // native, as TensorFlow is, which is required by name
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Packages that are not modules require what Node has.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
    logLevel: 'silent',
  });
  const hash = createHash('sha256');
  for (const { contents } of outputFiles) hash.update(contents);
  const folder = join(cache, `trainer-${hash.digest('hex').slice(0, 16)}`);
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  await Promise.all(
    outputFiles.map(({ path, contents }) => writeFile(join(partial, basename(path)), contents)),
  );
  // Where it is there already, from an earlier start or from another process, it is the same.
  await rename(partial, folder).catch(() => rm(partial, { recursive: true }));
  return join(folder, 'main.mjs');
}
