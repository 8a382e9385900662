// A trained text classifier as a file: JSON with its version, weights as base64 of little-endian 32-bit floats.
import { z } from 'zod';
import type { TextClassifier } from './text-classifier.ts';

/** Above this no such file is read: 64 labels of 2^18 columns fit. */
export const largestClassifierFileBytes = 128 * 1024 * 1024;

const base64Floats = z
  .string()
  .regex(/^[A-Za-z\d+/]*={0,2}$/, { abort: true })
  .transform((text) => readFloats(Buffer.from(text, 'base64')));

const fileSchema = z
  .object({
    format: z.literal('coppice-text-classifier'),
    version: z.literal(1),
    features: z.object({
      shortest: z.number().int().min(1).max(8),
      longest: z.number().int().min(1).max(8),
      bits: z.number().int().min(8).max(22),
      readCharacters: z.number().int().min(1).max(1_000_000),
    }),
    examples: z.number().int().nonnegative(),
    labels: z
      .array(z.object({ label: z.string().min(1), intercept: z.number(), weights: base64Floats }))
      .min(1)
      .max(64),
  })
  .refine(
    ({ features, labels }) => labels.every(({ weights }) => weights.length === 2 ** features.bits),
    'a label has not as many weights as there are columns',
  )
  .refine(
    ({ labels }) => labels.every(({ weights }) => weights.every(Number.isFinite)),
    'a weight is not a number',
  );

/** A file that is no classifier of this version. */
export class ClassifierFileError extends Error {
  override readonly name = 'ClassifierFileError';
}

export function writeClassifier({ features, examples, labels }: TextClassifier): string {
  return `${JSON.stringify({
    ...{ format: 'coppice-text-classifier', version: 1, features, examples },
    labels: labels.map(({ label, intercept, weights }) => ({
      label,
      intercept,
      weights: writeFloats(weights).toString('base64'),
    })),
  })}\n`;
}

/** @throws ClassifierFileError where the bytes are no classifier, or one that this version does not know */
export function readClassifier(bytes: Uint8Array): TextClassifier {
  if (bytes.length > largestClassifierFileBytes)
    throw new ClassifierFileError(`no text classifier: larger than ${largestClassifierFileBytes} bytes`);
  const parsed = fileSchema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new ClassifierFileError(
    `no text classifier, as \`coppice train-filter\` writes one: ${[path.join('.'), message].filter(Boolean).join(': ')}`,
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined; // which is no classifier either
  }
}

function writeFloats(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes;
}

function readFloats(bytes: Buffer): Float32Array {
  const values = new Float32Array(Math.floor(bytes.length / 4));
  for (let at = 0; at < values.length; at += 1) values[at] = bytes.readFloatLE(at * 4);
  return values;
}
