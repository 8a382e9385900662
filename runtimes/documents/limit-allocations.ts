// A bound on the arrays of bytes that a document is unpacked into. A thread's limits count objects and not these.

/** What the refusal says; pdf.js wraps errors and keeps their words. */
export const unpacksTooMuch = 'the document unpacks to too much';

/**
 * From now on, arrays of bytes beyond a limit are refused in this thread, all since it was set taken together.
 * @returns sets the limit, in bytes, and begins to count anew
 */
export function limitAllocations(): (maximumBytes: number) => void {
  let left = Number.POSITIVE_INFINITY;
  const limited: typeof Uint8Array = new Proxy(Uint8Array, {
    construct: (target, parameters: unknown[], newTarget) => {
      const [length] = parameters;
      if (typeof length === 'number') {
        left -= length;
        if (left < 0) throw new RangeError(unpacksTooMuch);
      }
      return Reflect.construct(target, parameters, newTarget === limited ? target : newTarget) as Uint8Array;
    },
  });
  globalThis.Uint8Array = limited;
  // It keeps all that it unpacks outside of what is counted; pdf.js has a decoder of its own where there is none.
  Reflect.deleteProperty(globalThis, 'DecompressionStream');
  return (maximumBytes) => {
    left = maximumBytes;
  };
}
