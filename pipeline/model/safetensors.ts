// Safetensors: an 8-byte little-endian header length, a JSON header, then the tensors' bytes without gaps
// (github.com/huggingface/safetensors, README, "Format"). F32 and I8 are read and written. A file may come from anyone:
// every number in it is checked before it is used.
import { z } from 'zod';
import { ModelFormatError } from './config.ts';

/** A tensor with its name. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/** A tensor of whole numbers with its name. */
export interface WholeTensor extends Omit<NamedTensor, 'values'> {
  readonly values: Int8Array;
}

/** What a file holds. */
export interface SafetensorsFile {
  /** F32 */
  readonly tensors: NamedTensor[];
  /** I8 */
  readonly whole: WholeTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

const FILE = 'model.safetensors';
const PREFIX_BYTES = 8;
const MAXIMUM_HEADER_BYTES = 25_000_000; // the reference implementation's limit: 100 MB; ours are kilobytes
const MAXIMUM_TENSORS = 100_000;
const ALIGNMENT = 8;

const entrySchema = z.strictObject({
  dtype: z.enum(['F32', 'I8']),
  shape: z.array(z.number().int().nonnegative()).max(16),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Writes a file; the same tensors and metadata give the same bytes.
 * @param tensors distinct names; written in the order of their names
 */
export function writeSafetensors(
  tensors: readonly (NamedTensor | WholeTensor)[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set('__metadata__', metadata);
  let end = 0;
  for (const { name, shape, values } of sorted) {
    const dtype = values instanceof Int8Array ? 'I8' : 'F32';
    header.set(name, { dtype, shape, data_offsets: [end, end + values.byteLength] });
    end += values.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(PREFIX_BYTES + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, PREFIX_BYTES, PREFIX_BYTES + headerBytes); // padded with spaces, as the format asks
  file.set(text, PREFIX_BYTES);
  let offset = PREFIX_BYTES + headerBytes;
  for (const { values } of sorted) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}

/**
 * Reads a file whole.
 * @throws ModelFormatError when it is truncated, when its header is not valid, or when sizes and offsets lie,
 * overlap or leave gaps
 */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  const { header, dataStart } = readHeader(file);
  const metadata = z.record(z.string(), z.string()).safeParse(header.__metadata__ ?? {});
  if (!metadata.success) throw new ModelFormatError(FILE, ['__metadata__: expected strings only']);
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  if (names.length > MAXIMUM_TENSORS) {
    throw new ModelFormatError(FILE, [`expected ${MAXIMUM_TENSORS} tensors at most, got ${names.length}`]);
  }
  const problems: string[] = [];
  const entries: [string, Entry][] = [];
  for (const name of names) {
    const entry = entrySchema.safeParse(header[name]);
    const problem = entry.success ? sizeProblem(entry.data) : z.prettifyError(entry.error);
    if (problem !== undefined) problems.push(`${name}: ${problem}`);
    if (entry.success) entries.push([name, entry.data]);
  }
  if (problems.length === 0) problems.push(...coverageProblems(entries, file.length - dataStart));
  if (problems.length > 0) throw new ModelFormatError(FILE, problems);
  // A copy, since a Float32Array must start at a multiple of four; not by `slice`, which for a Buffer is a view.
  const bytesOf = ({ data_offsets: [start, end] }: Entry): ArrayBuffer =>
    new Uint8Array(file.subarray(dataStart + start, dataStart + end)).buffer;
  const tensors: NamedTensor[] = [];
  const whole: WholeTensor[] = [];
  for (const [name, entry] of entries) {
    const { dtype, shape } = entry;
    if (dtype === 'F32') tensors.push({ name, shape, values: new Float32Array(bytesOf(entry)) });
    else whole.push({ name, shape, values: new Int8Array(bytesOf(entry)) });
  }
  return { tensors, whole, metadata: metadata.data };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (file.length < PREFIX_BYTES) throw new ModelFormatError(FILE, [`truncated: ${file.length} bytes`]);
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAXIMUM_HEADER_BYTES) || Number(length) > file.length - PREFIX_BYTES) {
    throw new ModelFormatError(FILE, [`header length ${length} does not fit a file of ${file.length} bytes`]);
  }
  const dataStart = PREFIX_BYTES + Number(length);
  let json: unknown;
  try {
    json = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(PREFIX_BYTES, dataStart)),
    );
  } catch {
    throw new ModelFormatError(FILE, ['the header is not JSON']);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ModelFormatError(FILE, ['the header is not an object']);
  }
  return { header: json as Record<string, unknown>, dataStart };
}

/** Whether the span of bytes is what dtype and shape need. The product is taken in bigint: shapes may overflow. */
function sizeProblem({ dtype, shape, data_offsets: [start, end] }: Entry): string | undefined {
  const needed = shape.reduce((product, length) => product * BigInt(length), dtype === 'F32' ? 4n : 1n);
  const given = BigInt(end) - BigInt(start);
  return needed === given
    ? undefined
    : `shape [${String(shape)}] needs ${needed} bytes, offsets give ${given}`;
}

/** Whether the tensors cover the data once, without gap or overlap. */
function coverageProblems(entries: readonly [string, Entry][], dataBytes: number): string[] {
  const problems: string[] = [];
  let end = 0;
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => compareSpans(a, b))) {
    const [start, stop] = entry.data_offsets;
    if (start !== end)
      problems.push(`${name}: starts at ${start}, expected ${end}: tensors overlap or leave a gap`);
    end = stop;
  }
  if (end !== dataBytes) problems.push(`tensors end at byte ${end}, the data has ${dataBytes}`);
  return problems;
}

const compareSpans = (a: Entry, b: Entry): number =>
  a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
