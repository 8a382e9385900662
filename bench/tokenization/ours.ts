// Our side: trains on the files of a corpus, or encodes their lines; so does the native library without what is ours.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { trainBpe } from '../../pipeline/tokenization/bpe-trainer.ts';
import { countByteLevelWords } from '../../pipeline/tokenization/byte-level-words.ts';
import { writeByteLevelJson } from '../../pipeline/tokenization/tokenizer-json.ts';
import { loadTokenizer } from '../../runtimes/tokenizers/tokenizer.ts';
import type { Request } from './work.ts';

const { files } = JSON.parse(process.argv[2]) as { files: string[] };

const readLines = async (): Promise<string[]> => {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.flatMap((text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
};

const learn = async (vocabularySize: number): Promise<string> =>
  writeByteLevelJson(trainBpe(countByteLevelWords(await readLines()), { vocabularySize }));

async function encode(kind: 'encode' | 'encode alone'): Promise<() => Promise<number>> {
  const lines = await readLines();
  const json = await learn(8_000);
  if (kind === 'encode') {
    const tokenizer = await loadTokenizer(json);
    return async () => {
      let tokens = 0;
      for await (const rows of tokenizer.encodeWhole(lines)) for (const { length } of rows) tokens += length;
      return tokens;
    };
  }
  const native = NativeTokenizer.fromString(json);
  return async () => {
    let tokens = 0;
    for (let from = 0; from < lines.length; from += 256) {
      const encodings = await native.encodeBatch(lines.slice(from, from + 256), { addSpecialTokens: false });
      for (const encoding of encodings) tokens += encoding.getIds().length;
    }
    return tokens;
  };
}

let encodeAll: (() => Promise<number>) | undefined;

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  if (request.work !== 'train') encodeAll ??= await encode(request.work);
  const start = performance.now();
  const before = process.cpuUsage();
  const result =
    request.work === 'train' ? (await learn(request.vocabularySize)).length : await encodeAll?.();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - start) / 1_000;
  const peakMegabytes = process.resourceUsage().maxRSS / 1_000;
  process.stdout.write(
    `${JSON.stringify({ seconds, processorSeconds: (user + system) / 1e6, result, peakMegabytes })}\n`,
  );
}
