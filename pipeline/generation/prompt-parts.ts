// A prompt before it is encoded: text, and among it the control tokens that a chat template wrote. Only a template writes
// any: what people say is text throughout.
import type { Tokenizer } from '../tokenization/tokenizer.ts';
import { type SpecialToken, specialTokens } from '../tokenization/vocabulary.ts';

export type PromptPart = { readonly text: string } | { readonly token: SpecialToken };

/** A text alone is that text, without control tokens. */
export type Prompt = string | readonly PromptPart[];

/** @returns the prompt as people read it */
export function promptText(prompt: Prompt): string {
  if (typeof prompt === 'string') return prompt;
  return prompt.map((part) => ('token' in part ? part.token : part.text)).join('');
}

type PromptTokenizer = Pick<Tokenizer, 'encodeWhole' | 'padId' | 'unknownId' | 'clsId' | 'sepId' | 'maskId'>;

/**
 * Each text between two control tokens is encoded by itself, as Hugging Face's tokenizers do it.
 * @returns ids prompt by prompt
 */
export async function encodePrompts(
  { encodeWhole, padId, unknownId, clsId, sepId, maskId }: PromptTokenizer,
  prompts: readonly Prompt[],
): Promise<number[][]> {
  const ids: Readonly<Record<SpecialToken, number>> = {
    ...{ '[PAD]': padId, '[UNK]': unknownId },
    ...{ '[CLS]': clsId, '[SEP]': sepId, '[MASK]': maskId },
  };
  const parts = prompts.map((prompt) => (typeof prompt === 'string' ? [{ text: prompt }] : prompt));
  const texts = parts.flat().flatMap((part) => ('text' in part ? [part.text] : []));
  const encoded: (readonly number[])[] = [];
  for await (const chunk of encodeWhole(texts)) encoded.push(...chunk);
  let next = 0;
  return parts.map((of) => of.flatMap((part) => ('token' in part ? [ids[part.token]] : encoded[next++])));
}

// Escapes what people say while a template is filled. A noncharacter would not pass every filter of a template; this one of
// the private use area does.
const mark = '\ue000';
const inside = specialTokens.map((token) => token.slice(1, -1));
const suspicious = new RegExp(`${mark}|[[\\]]|${inside.join('|')}`, 'g');
const written = new RegExp(`(${specialTokens.map((token) => `\\${token}`).join('|')})`);

/**
 * Marks what a control token could be spelled with, the brackets and the names, so that none can be read in it, nor in it
 * together with what a template puts around it.
 */
export const escapeSaid = (text: string): string =>
  text.replace(suspicious, (found) =>
    found === mark ? `${mark}1` : `${mark}0${found[0]}${mark}0${found.slice(1)}`,
  );

const unescapeSaid = (text: string): string =>
  text.replace(/\ue000([01])/g, (_, kind) => (kind === '1' ? mark : ''));

/** @param filled by a template, of what {@link escapeSaid} escaped */
export function partsOf(filled: string): PromptPart[] {
  const isToken = (piece: string): piece is SpecialToken =>
    (specialTokens as readonly string[]).includes(piece);
  return filled.split(written).flatMap((piece): PromptPart[] => {
    if (isToken(piece)) return [{ token: piece }];
    return piece === '' ? [] : [{ text: unescapeSaid(piece) }];
  });
}
