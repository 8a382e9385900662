// One record of a CSV file (RFC 4180), line by line. Bytes are read as Latin-1, one character a byte, so that each field
// can be decoded by itself, and damage in one is not damage in all.

const QUOTE = '"';

/** `open`: a quoted field goes on in the next line. `malformed`: something stands behind a closing quote. */
type RecordState = 'whole' | 'open' | 'malformed';

/** @returns where a quoted field ends: behind its closing quote; -1 where it does not end in this line */
function endOfQuoted(line: string, start: number): number {
  for (let at = line.indexOf(QUOTE, start); at >= 0; at = line.indexOf(QUOTE, at + 2)) {
    if (line[at + 1] !== QUOTE) return at + 1;
  }
  return -1;
}

/**
 * Takes the lines of one record in their order, each looked at once. A quote in the middle of an unquoted field stands for
 * itself.
 * @param delimiter one character
 */
export function createRecordReader(delimiter: string) {
  const fields: string[] = [];
  let pieces: string[] | undefined; // of a quoted field that is open

  const add = (line: string): RecordState => {
    const end = line.endsWith('\r') ? line.length - 1 : line.length;
    let at = 0;
    if (pieces !== undefined) pieces.push('\n');
    for (;;) {
      if (pieces === undefined && line[at] === QUOTE) {
        pieces = [];
        at += 1;
      }
      if (pieces === undefined) {
        const next = line.indexOf(delimiter, at);
        fields.push(line.slice(at, next < 0 ? end : next));
        at = next < 0 ? end : next;
      } else {
        const closed = endOfQuoted(line, at);
        pieces.push(line.slice(at, closed < 0 ? undefined : closed - 1));
        if (closed < 0) return 'open';
        fields.push(pieces.join('').replaceAll('""', QUOTE));
        pieces = undefined;
        at = closed;
        if (at < end && line[at] !== delimiter) return 'malformed';
      }
      if (at >= end) return 'whole';
      at += 1;
    }
  };
  return { add, fields: (): readonly string[] => fields };
}
