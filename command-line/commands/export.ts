// export: a version as a folder in Hugging Face's layout, every byte checked against the registry.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { ControlApi } from '../../client/control-api.ts';
import type { ArtifactReference } from '../../contracts/artifact.ts';
import { formatVersion } from '../../contracts/registry.ts';
import { packageFiles, quantizedWeights } from '../../contracts/version-package.ts';
import { BadArgument, versionArgument } from '../arguments.ts';
import { writeBrowserPage } from '../browser-page.ts';
import { controlApi } from '../context.ts';
import { quantizeWeights, writeEdgePage } from '../edge-page.ts';
import { createOutput } from '../output.ts';

const formats = ['huggingface', 'edge'] as const;

interface ExportOptions {
  readonly format: string;
  readonly browser: boolean;
  readonly json: boolean;
}

export function exportVerb(program: Command): void {
  program
    .command('export')
    .argument('<version>', 'such as mail-filter@2')
    .argument('<directory>', 'made where it is absent; must be empty')
    .description(
      'write a version as a folder: config.json, model.safetensors, tokenizer.json, what serves it and its card',
    )
    .option(
      '--format <format>',
      `${formats.join(' or ')}: weights in int8 with a page that needs no network after the first visit`,
      formats[0],
    )
    .option('--browser', 'add coppice.js, which opens the model in a page, and a page to try it', false)
    .option('--json', 'print JSON', false)
    .action(async (text: string, directory: string, { format, browser, json }: ExportOptions) => {
      const { model, version } = versionArgument(text);
      if (!formats.some((known) => known === format))
        throw new BadArgument(`--format: expected ${formats.join(' or ')}, not ${format}`);
      const isEdge = format === 'edge';
      if (isEdge && browser) throw new BadArgument('--browser: an export for the edge has a page of its own');
      const target = resolve(directory);
      const api = await controlApi();
      const { files } = await api.packageFiles(model, version);
      await makeEmpty(target);
      const written: string[] = [];
      for (const name of Object.keys(files).sort()) {
        if (isEdge && name === packageFiles.weights && Object.hasOwn(files, quantizedWeights)) continue;
        await writeChecked(api, { model, version, name, reference: files[name], target });
        written.push(name);
      }
      if (isEdge) await quantizeIn(target, written);
      await writeFile(join(target, 'README.md'), await api.modelCard(model, version));
      written.push('README.md');
      if (browser) written.push(...(await writeBrowserPage(target)));
      const edge =
        isEdge && (await writeEdgePage(target, { name: formatVersion(model, version), files: written }));
      if (edge) written.push(...edge.written);
      const size = edge ? `; a page fetches ${(edge.bytes / 1e6).toFixed(1)} MB, once` : '';
      createOutput(json).result(
        { directory: target, files: written, ...(edge && { fetchedBytes: edge.bytes }) },
        () => `${written.join(', ')} in ${target}${size}`,
      );
    });
}

/** Puts int8 weights in the place of others. */
async function quantizeIn(target: string, written: string[]): Promise<void> {
  const index = written.indexOf(packageFiles.weights);
  if (index < 0) return;
  const path = join(target, packageFiles.weights);
  const config = await readFile(join(target, packageFiles.config), 'utf8');
  await writeFile(join(target, quantizedWeights), quantizeWeights(config, await readFile(path)));
  await rm(path);
  written[index] = quantizedWeights;
}

/** @throws BadArgument where something is there already: nothing of anybody's is written over */
async function makeEmpty(target: string): Promise<void> {
  try {
    await mkdir(target, { recursive: true });
    if ((await readdir(target)).length === 0) return;
  } catch (error) {
    throw new BadArgument(`${target} cannot be made: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  }
  throw new BadArgument(`${target} is not empty`);
}

interface PackageFile {
  readonly model: string;
  readonly version: number;
  readonly name: string;
  readonly reference: ArtifactReference;
  readonly target: string;
}

/** Nothing stands under the file's name before its digest is right. */
async function writeChecked(api: ControlApi, file: PackageFile): Promise<void> {
  const { model, version, name, reference, target } = file;
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const partial = join(target, `${name}.partial`);
  try {
    await pipeline(await api.openPackageFile(model, version, name), hashing, createWriteStream(partial));
    const digest = `sha256:${hash.digest('hex')}`;
    if (digest !== reference.digest) throw new Error(`${name} came as ${digest}, not as ${reference.digest}`);
    await rename(partial, join(target, name));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
