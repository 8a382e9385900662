// Whether a text is JSON as a program would want it (RFC 8259): an object or an array, with nothing around it but white space.

/** @example isJsonText('{"a": 1}') → true; isJsonText('Sure: {"a": 1}') → false */
export function isJsonText(text: string): boolean {
  return readJsonText(text) !== undefined;
}

/** @returns the object or the array that the text is; nothing of any other text */
export function readJsonText(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
