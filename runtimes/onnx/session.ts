// ONNX Runtime on the processor: the one place that loads it. Tensors go in and come out as plain arrays.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { sizeOf } from '../../pipeline/graph/shapes.ts';

type Numbers = Float32Array | Int32Array;

/** A file at work. */
export interface OnnxSession {
  /**
   * Computes the outputs. The event loop stands still meanwhile, although a promise is returned: what must answer keeps
   * its sessions in a process of their own.
   * @param inputs by name, row-major; names that the file does not read are allowed
   * @returns all outputs by name; each call's are its own
   * @throws RangeError naming every input that is missing or does not fit
   */
  readonly run: (inputs: Readonly<Record<string, Numbers>>) => Promise<Record<string, Numbers>>;
  /** Frees the memory. Nothing may run, or be run afterwards. */
  readonly close: () => Promise<void>;
}

export interface SessionOptions {
  /** Inputs that are the same at each run. They are read where they are, not copied: several sessions may share them. */
  readonly shared?: ReadonlyMap<string, Float32Array>;
  /**
   * Threads that share one operation. One is the default: for models that a processor serves, a second makes no answer
   * faster and the slowest ones slower, where two processes of one thread each answer twice as many.
   */
  readonly threads?: number;
}

/**
 * Loads an ONNX file.
 * @throws Error with ONNX Runtime's reason where it cannot read or run the file
 */
export async function openOnnxSession(
  file: Uint8Array,
  { shared = new Map(), threads = 1 }: SessionOptions = {},
): Promise<OnnxSession> {
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4, // what goes wrong is thrown, and need not be printed too
  });
  const expected = session.inputMetadata.map(inputOf);
  const isShared = ({ name }: Input): boolean => shared.has(name);
  const kept = tensorsOf(expected.filter(isShared), Object.fromEntries(shared));
  const given = expected.filter((input) => !isShared(input));
  return {
    run: async (inputs) => {
      const results = await session.run({ ...kept, ...tensorsOf(given, inputs) });
      return Object.fromEntries(session.outputNames.map((name) => [name, results[name].data as Numbers]));
    },
    close: () => session.release(),
  };
}

interface Input {
  readonly name: string;
  readonly type: Tensor.Type;
  readonly shape: readonly number[];
}

function inputOf(metadata: InferenceSession.ValueMetadata): Input {
  const { name } = metadata;
  if (!metadata.isTensor || metadata.shape.some((count) => typeof count === 'string')) {
    throw new RangeError(`input ${name}: expected a tensor of known shape`);
  }
  return { name, type: metadata.type, shape: metadata.shape.map(Number) };
}

function tensorsOf(
  expected: readonly Input[],
  inputs: Readonly<Record<string, Numbers>>,
): Record<string, Tensor> {
  const problems = expected.flatMap((input) => problemOf(input, inputs) ?? []);
  if (problems.length > 0) throw new RangeError(problems.join('; '));
  return Object.fromEntries(
    expected.map(({ name, type, shape }) => [name, new Tensor(type, inputs[name], shape)]),
  );
}

function problemOf(
  { name, type, shape }: Input,
  inputs: Readonly<Record<string, Numbers>>,
): string | undefined {
  const expected = `input ${name}: expected ${type}[${shape.join(', ')}]`;
  if (!Object.hasOwn(inputs, name)) return `${expected}, got nothing`;
  const values = inputs[name];
  if (type !== (values instanceof Int32Array ? 'int32' : 'float32')) {
    return `${expected}, got ${values.constructor.name}`;
  }
  const size = sizeOf(shape);
  return values.length === size ? undefined : `${expected}, ${size} numbers, got ${values.length}`;
}
