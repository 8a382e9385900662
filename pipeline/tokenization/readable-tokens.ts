// Tokens as people read them. Those of a byte-level vocabulary stand in it as a character a byte, and a token may be a part
// of a character only: such are told as their bytes.
import { byteCharacters } from './byte-alphabet.ts';
import { readVocabulary } from './tokenizer-json.ts';

const byteOf = new Map(byteCharacters.map((character, byte) => [character, byte]));

/**
 * @param json text of a tokenizer.json
 * @returns tokens by id
 * @throws CoppiceFailure InvalidInput where it has no vocabulary of strings
 * @example of `ë°¥` → `밥`, of `ë°` → `⟨EB B0⟩`
 */
export function readableTokens(json: string): string[] {
  const { algorithm, tokens } = readVocabulary(json);
  return algorithm === 'BPE' ? tokens.map(textOf) : tokens;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(token: string): string {
  const bytes = Array.from(token, (character) => byteOf.get(character));
  if (!bytes.every((byte) => byte !== undefined)) return token; // a special one
  try {
    return utf8.decode(Uint8Array.from(bytes));
  } catch {
    return `⟨${bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ')}⟩`;
  }
}
