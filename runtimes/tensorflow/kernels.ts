// The library of fused kernels beside the addon: loading it registers its operations with TensorFlow, for every graph
// that is loaded afterwards. Set-up builds it where there is a compiler; without it, training is slower.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { loadBinding } from './binding.ts';

const require = createRequire(import.meta.url);
const stampSchema = z.object({ processor: z.string() });

/** @returns where the library lies; undefined where none was built for this processor, or `COPPICE_KERNELS` is `off`. */
export function kernelsFile(): string | undefined {
  if (process.env['COPPICE_KERNELS'] === 'off') return undefined;
  const package_ = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  const [stamp, library] = ['stamp.json', 'kernels.node'].map((name) =>
    join(package_, 'coppice-kernels', name),
  );
  if (!existsSync(stamp) || !existsSync(library)) return undefined;
  const { processor } = stampSchema.parse(JSON.parse(readFileSync(stamp, 'utf8')));
  return processor === (cpus().at(0)?.model ?? 'unknown') ? library : undefined;
}

/** @returns whether operations of the library may stand in a graph. */
export function loadKernels(): boolean {
  const library = kernelsFile();
  if (library === undefined) return false;
  loadBinding(); // first, since the library takes its symbols from it
  require(library);
  return true;
}
