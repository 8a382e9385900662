// Korean spelling by Hunspell (hunspell-asm) with a dictionary that the user installed, such as Debian's hunspell-ko. Its licence
// (GPL, LGPL, MPL) is the user's choice; Coppice brings none.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { HunspellFactory } from 'hunspell-asm';
import { CoppiceFailure } from '../../contracts/failures.ts';
import { dictionaryFiles, type SpellingDictionary } from '../../contracts/model-spec/correction.ts';
import type { KoreanSpelling } from '../../pipeline/cleaning/language/analysers.ts';

const mostBytes = 64 * 1024 * 1024;

/** Loads Hunspell itself, without the handlers of the process's errors that it adds. */
export async function loadHunspell(): Promise<HunspellFactory> {
  const { loadModule } = await import('hunspell-asm');
  const before = new Set(process.listeners('uncaughtException'));
  const factory = await loadModule();
  for (const listener of process.listeners('uncaughtException'))
    if (!before.has(listener)) process.off('uncaughtException', listener);
  return factory;
}

/** Loads dictionary and frequencies, in about two seconds; 120 MB of Debian's. */
export async function loadKoreanSpelling(
  dictionary: SpellingDictionary,
  hunspell: () => Promise<HunspellFactory>,
): Promise<KoreanSpelling> {
  const [aff, dic, ...lists] = await readDictionary(dictionary);
  const factory = await hunspell();
  const speller = factory.create(factory.mountBuffer(aff), factory.mountBuffer(dic));
  const frequencies = new Map<string, number>();
  for (const line of lists.flatMap((list) => list.toString('utf8').split('\n'))) {
    const [word, count] = line.trim().split(/\s/, 2);
    const times = Number(count);
    if (times > 0 && Number.isFinite(times)) frequencies.set(word.normalize('NFC'), times);
  }
  return {
    isWord: (eojeol) => speller.spell(eojeol),
    frequency: (eojeol) => frequencies.get(eojeol) ?? 0,
  };
}

async function readDictionary(dictionary: SpellingDictionary): Promise<Buffer[]> {
  const files: Buffer[] = [];
  const hash = createHash('sha256');
  for (const file of dictionaryFiles(dictionary)) {
    const bytes = await readWhole(file);
    files.push(bytes);
    hash.update(createHash('sha256').update(bytes).digest());
  }
  if (dictionary.digest !== undefined && dictionary.digest !== `sha256:${hash.digest('hex')}`)
    throw new CoppiceFailure(
      'InvalidInput',
      `the dictionary ${dictionary.path} is not what it was when the model file was applied: apply it again`,
    );
  return files;
}

async function readWhole(file: string): Promise<Buffer> {
  try {
    if ((await stat(file)).size > mostBytes) throw new RangeError(`it has more than ${mostBytes} bytes`);
    return await readFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CoppiceFailure(
      'InvalidInput',
      `correct-errors: the dictionary cannot be read (Debian has one in hunspell-ko): ${reason}`,
    );
  }
}
