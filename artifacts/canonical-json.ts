// JSON in one spelling, so that equal values have equal digests and signatures: RFC 8785 (JSON Canonicalization
// Scheme): members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them, no white space.
import { createHash } from 'node:crypto';

/** A value has no canonical JSON. */
export class NotCanonical extends Error {
  /** Where in the value, such as `$.metrics.loss`. */
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.name = 'NotCanonical';
    this.path = path;
  }
}

/**
 * Members that are undefined are left out, as JSON.stringify does.
 * @throws NotCanonical for NaN, infinities, lone surrogates, and what is no JSON (dates, maps, functions, bigints)
 * @example canonicalJson({ b: 1, a: [1e21, 'é'] }) → '{"a":[1e+21,"é"],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$');
}

/** @returns 64 hexadecimal digits: SHA-256 of the canonical JSON */
export function hashCanonical(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function write(value: unknown, path: string): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeString(value, path);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new NotCanonical(path, `${value} is no JSON number`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value))
    return `[${value.map((item, index) => write(item, `${path}[${index}]`)).join(',')}]`;
  if (typeof value === 'object' && isPlain(value)) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${writeString(name, path)}:${write(member, `${path}.${name}`)}`);
    return `{${members.join(',')}}`;
  }
  throw new NotCanonical(path, `${describe(value)} is no JSON value`);
}

function writeString(text: string, path: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new NotCanonical(path, 'a lone surrogate is no Unicode text');
  return JSON.stringify(text);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}
