// Redacts what points to a person. The same value has the same placeholder within a document; a name and the mail beside
// it have the same number, since they are one person's. Numbers begin anew with each document: they join nothing up.
import type {
  PersonalDataKind,
  RedactPersonalDataSpec,
} from '../../../contracts/model-spec/personal-data.ts';
import type { Replacement } from '../rewrites.ts';
import { rewrite } from '../rewrites.ts';
import type { CleaningStep } from '../working-document.ts';
import { changeBy } from '../working-document.ts';
import { findAddresses } from './address.ts';
import { findBankAccounts } from './bank-account.ts';
import { findBusinessNumbers } from './business-number.ts';
import { findCards } from './card.ts';
import { findEmails } from './email.ts';
import type { Finder, Found } from './found.ts';
import { findIbans } from './iban.ts';
import { findIpAddresses } from './ip-address.ts';
import { findNames, namesOf } from './person.ts';
import { createPhoneFinder } from './phone.ts';
import { findResidentNumbers } from './resident-number.ts';

type Options = Omit<RedactPersonalDataSpec, 'step'>;

interface Piece extends Found {
  readonly kind: PersonalDataKind;
}

/** In the order in which a piece that could be several is taken: what has a check digit first. */
function findersOf(regions: readonly string[]): readonly (readonly [PersonalDataKind, Finder])[] {
  return [
    ['email', findEmails],
    ['iban', findIbans],
    ['resident-number', findResidentNumbers],
    ['card', findCards],
    ['business-number', findBusinessNumbers],
    ['phone', createPhoneFinder(regions)],
    ['ip-address', findIpAddresses],
    ['bank-account', findBankAccounts],
    ['address', findAddresses],
  ];
}

/** Takes what does not overlap with what was taken before. */
function createTaking(length: number): { take: (piece: Piece) => void; pieces: () => Piece[] } {
  const taken = new Uint8Array(length);
  const pieces: Piece[] = [];
  return {
    take: (piece) => {
      if (taken.subarray(piece.start, piece.end).includes(1)) return;
      taken.fill(1, piece.start, piece.end);
      pieces.push(piece);
    },
    pieces: () => pieces.sort((left, right) => left.start - right.start),
  };
}

/** Numbers values by their first appearance, each kind from 1; mails and names share a series. */
function createNumbers(mailOf: ReadonlyMap<string, string>): (piece: Piece) => number {
  const series = new Map<string, Map<string, number>>();
  return ({ kind, value }) => {
    const isPerson = kind === 'person' || kind === 'email';
    const name = isPerson ? 'person' : kind;
    const subject = kind === 'person' ? (mailOf.get(value) ?? value) : value;
    const numbers = series.get(name) ?? new Map<string, number>();
    series.set(name, numbers);
    const number = numbers.get(subject) ?? numbers.size + 1;
    numbers.set(subject, number);
    return number;
  };
}

/** `resident-number` → `RESIDENT_NUMBER` */
const labelOf = (kind: PersonalDataKind): string => kind.toUpperCase().replaceAll('-', '_');

/** What points to a person in a text, in its order; a name beside a mail is of the same person. */
interface FoundPersonalData {
  readonly pieces: readonly Piece[];
  readonly mailOf: ReadonlyMap<string, string>;
}

/** Makes what finds personal data of some kinds. */
export function createPersonalDataSearch({
  kinds,
  regions,
}: Pick<Options, 'kinds' | 'regions'>): (text: string) => FoundPersonalData {
  const wanted = new Set(kinds);
  const finders = findersOf(regions).filter(([kind]) => wanted.has(kind));

  return (text) => {
    const { take, pieces } = createTaking(text.length);
    for (const [kind, find] of finders) for (const found of find(text)) take({ kind, ...found });
    if (!wanted.has('person')) return { pieces: pieces(), mailOf: new Map() };
    const mailOf = new Map<string, string>();
    for (const { name, mail } of namesOf(text, [...findEmails(text)]))
      if (!mailOf.has(name)) mailOf.set(name, mail);
    for (const found of findNames(text, new Set(mailOf.keys()))) take({ kind: 'person', ...found });
    return { pieces: pieces(), mailOf };
  };
}

/** Makes what takes the place of personal data in a text, with how much there is of each kind. */
function createReplacing({ kinds, style, regions }: Options) {
  const search = createPersonalDataSearch({ kinds, regions });

  return (text: string): { replacements: Replacement[]; counts: Record<string, number> } => {
    const { pieces, mailOf } = search(text);
    const numberOf = createNumbers(mailOf);
    const counts: Record<string, number> = {};
    const replacements = pieces.map((it): Replacement => {
      counts[it.kind] = (counts[it.kind] ?? 0) + 1;
      const piece = text.slice(it.start, it.end);
      if (style === 'mask') return { start: it.start, piece, by: piece.replace(/[\p{L}\p{N}]/gu, '*') };
      const number = style === 'numbered' ? `_${numberOf(it)}` : '';
      return { start: it.start, piece, by: `[${labelOf(it.kind)}${number}]` };
    });
    return { replacements, counts };
  };
}

/** Makes the step `redact-personal-data`. */
export function createRedactPersonalData(options: Options): CleaningStep {
  const replacing = createReplacing(options);
  return (document) => {
    const { replacements, counts } = replacing(document.text);
    return replacements.length === 0 ? { decision: 'keep' } : changeBy(document, [{ replacements }], counts);
  };
}

/** @returns what makes a text as the step would leave it */
export function createRedaction(options: Options): (text: string) => string {
  const replacing = createReplacing(options);
  return (text) => rewrite(text, [{ replacements: replacing(text).replacements }]);
}
