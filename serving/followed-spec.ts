// What a model file says by now of something that each answer asks for: nobody waits for the store.

/** A changed model file counts here so much later. */
const refreshMs = 30_000;

/**
 * @param read - from the store; while it fails, what was read before goes on to count
 * @returns what is known of a model; nothing before it has been read once
 */
export function followSpec<T>(
  read: (model: string) => Promise<T | undefined>,
  now: () => number = Date.now,
): (model: string) => T | undefined {
  const known = new Map<string, { readonly at: number; readonly value: T | undefined }>();
  const reading = new Set<string>();

  const refresh = async (model: string): Promise<void> => {
    if (reading.has(model)) return;
    reading.add(model);
    try {
      known.set(model, { at: now(), value: await read(model) });
    } catch {
      known.set(model, { at: now(), value: known.get(model)?.value });
    } finally {
      reading.delete(model);
    }
  };

  return (model) => {
    const current = known.get(model);
    if (!current || now() - current.at > refreshMs) void refresh(model);
    return current?.value;
  };
}
