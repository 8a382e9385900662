// A process of its own for Kiwi (LGPL, so it is installed by who wants it and never linked): it needs about 1 GB. Asked and
// answering over the channel of its parent; it ends with it.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const folder = process.argv[2];
const require = createRequire(join(folder, 'package.json'));
const { KiwiBuilder } = require('kiwi-nlp');

const modelFolder = join(folder, 'kiwipiepy_model');
const modelFiles = Object.fromEntries(
  readdirSync(modelFolder)
    .filter((name) => /\.(?:mdl|dict|morph|txt)$/.test(name))
    .map((name) => [name, readFileSync(join(modelFolder, name))]),
);
const builder = await KiwiBuilder.create(require.resolve('kiwi-nlp').replace(/index\.js$/, 'kiwi-wasm.wasm'));
const kiwi = await builder.build({ modelFiles, modelType: 'cong' });

/** @param {string} text */
const morphemes = (text) =>
  kiwi.tokenize(text).map(({ str, tag, position, length }) => ({ form: str, tag, start: position, length }));

/** @param {string} text */
function sentences(text) {
  const bytes = Buffer.from(text); // spans count bytes
  return kiwi.splitIntoSents(text).spans.map(({ start, end }) => bytes.toString('utf8', start, end));
}

process.on('message', (/** @type {{ id: number, ask: string, text: string }} */ { id, ask, text }) => {
  try {
    process.send?.({ id, answer: ask === 'sentences' ? sentences(text) : morphemes(text) });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.on('error', () => process.exit()); // the parent went while an answer was on its way
process.send?.({ ready: true });
