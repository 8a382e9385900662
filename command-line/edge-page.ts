// What a page needs that runs a model at the edge: one script, ONNX Runtime's WebAssembly, a page, and a service worker that
// keeps them all for the time without a network.
import { createHash } from 'node:crypto';
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageFiles, quantizedWeights } from '../contracts/version-package.ts';
import { readGpt } from '../pipeline/model/gpt-files.ts';
import { readModel } from '../pipeline/model/model-files.ts';
import { writeQuantized, writeQuantizedGpt } from '../pipeline/model/quantized-files.ts';
import { bundleForBrowser, copyPage } from './browser-page.ts';

const runtime = 'ort-wasm-simd-threaded.wasm';

/**
 * @param weights of a version, as int8 or as float32, which are made int8
 * @returns the content of `model.int8.safetensors`
 * @throws ModelFormatError where the two do not belong together
 */
export function quantizeWeights(config: string, weights: Uint8Array): Uint8Array {
  const { architectures } = JSON.parse(config) as { architectures?: unknown[] };
  return architectures?.[0] === 'GPT2LMHeadModel'
    ? writeQuantizedGpt(readGpt({ config, weights }))
    : writeQuantized(readModel({ config, weights }));
}

/**
 * @param name of the version, under which a browser keeps it
 * @param files that the folder has already
 * @returns the names of the files that it wrote, and the size of all
 */
export async function writeEdgePage(
  directory: string,
  { name, files }: { readonly name: string; readonly files: readonly string[] },
): Promise<{ readonly written: string[]; readonly bytes: number }> {
  const bundled = await bundleForBrowser('edge.ts', directory);
  const distribution = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  await copyFile(join(distribution, runtime), join(directory, runtime));
  const pages = [...bundled, runtime, ...(await copyPage(directory))];
  const kept = [
    ...files.filter((file) => isFetched.has(file)),
    ...pages.filter((file) => !file.endsWith('.txt')),
  ];
  const hash = createHash('sha256');
  let bytes = 0;
  for (const file of kept) {
    hash.update(await readFile(join(directory, file)));
    bytes += (await stat(join(directory, file))).size;
  }
  const cache = `coppice ${name} ${hash.digest('hex').slice(0, 16)}`;
  await writeFile(join(directory, 'service-worker.js'), serviceWorker(cache, name, kept));
  return { written: [...pages, 'service-worker.js'], bytes };
}

/** Files of a package that the page asks for. */
const isFetched = new Set<string>([...Object.values({ ...packageFiles, weights: quantizedWeights })]);

/** Everything is kept at the first visit and answered from there; another version takes the place of this one. */
function serviceWorker(cache: string, name: string, files: readonly string[]): string {
  return `// Keeps ${name} for the time without a network.
const cacheName = ${JSON.stringify(cache)};
const files = ${JSON.stringify(['./', ...files])};
const keep = async () => {
  await (await caches.open(cacheName)).addAll(files);
  await skipWaiting();
};
const takeOver = async () => {
  const names = (await caches.keys()).filter((it) => it.startsWith(${JSON.stringify(`coppice ${name.replace(/@.*/, '')}@`)}) && it !== cacheName);
  await Promise.all(names.map((it) => caches.delete(it)));
  await clients.claim();
};
const answer = async (request) =>
  (await (await caches.open(cacheName)).match(request, { ignoreSearch: true })) ?? fetch(request);
addEventListener('install', (event) => event.waitUntil(keep()));
addEventListener('activate', (event) => event.waitUntil(takeOver()));
addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(answer(event.request));
});
`;
}
