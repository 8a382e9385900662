// Entities of HTML in texts that are no markup, as feeds and databases leave them. What was escaped twice is decoded twice.
import type { TokenizerCallbacks } from 'htmlparser2';
import { Tokenizer } from 'htmlparser2';
import type { Replacement } from './rewrites.ts';
import type { CleaningStep } from './working-document.ts';
import { changeBy } from './working-document.ts';

const ENTITY = /&(?:amp;)?(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,31});/g;
const ESCAPED_AMPERSAND = /^&amp;(?=.)/;

const nothing = (): void => undefined;
const unheard = {
  ...{ onattribdata: nothing, onattribend: nothing, onattribentity: nothing, onattribname: nothing },
  ...{ oncdata: nothing, onclosetag: nothing, oncomment: nothing, ondeclaration: nothing, onend: nothing },
  ...{ onopentagend: nothing, onopentagname: nothing, onprocessinginstruction: nothing },
  onselfclosingtag: nothing,
} satisfies Partial<TokenizerCallbacks>;

/** @returns what one entity stands for; itself where there is none of that name */
function decode(entity: string): string {
  let decoded = '';
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ...unheard,
      ontext: (start, end) => (decoded += entity.slice(start, end)),
      ontextentity: (codepoint) => (decoded += String.fromCodePoint(codepoint)),
    },
  );
  tokenizer.write(entity);
  tokenizer.end();
  return decoded;
}

/** Makes the step `decode-entities`. */
export function createDecodeEntities(): CleaningStep {
  const known = new Map<string, string>();
  const decoded = (entity: string): string => {
    const by = known.get(entity) ?? decode(entity.replace(ESCAPED_AMPERSAND, '&'));
    if (known.size < 10_000) known.set(entity, by);
    return by;
  };
  return (document) => {
    const replacements = Array.from(
      document.text.matchAll(ENTITY),
      ({ index: start, 0: piece }): Replacement => ({ start, piece, by: decoded(piece) }),
    ).filter(({ piece, by }) => piece !== by);
    return changeBy(document, [{ replacements }], { entities: replacements.length });
  };
}
