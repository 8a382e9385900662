// Mailboxes in the mbox format (RFC 4155): messages one after another, each begun by a line `From <address> <date>`.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const NEWLINE = 0x0a;
const FROM = Buffer.from('From ');
// The year at the end tells the separator from a sentence that begins with "From".
const SEPARATOR = /^From \S+ .*\b\d{4}(?: [+-]\d{4})?\r?\n?$/;
const LONGEST_SEPARATOR = 256; // bytes
const QUOTED_FROM = /^>+From /;

/** A message of a mailbox, without its separator and without the blank line that ends it. */
export interface MailboxMessage {
  readonly bytes: Buffer;
  /** SHA-256 of the whole message, hexadecimal. */
  readonly hexDigest: string;
  /** Its bytes go on beyond the limit; they were not kept. */
  readonly isTooLarge: boolean;
}

/** @returns whether a line begins a message. */
export function isSeparator(line: Buffer): boolean {
  return (
    line.length <= LONGEST_SEPARATOR &&
    line.subarray(0, FROM.length).equals(FROM) &&
    SEPARATOR.test(line.toString('latin1'))
  );
}

/** mboxrd puts a `>` before body lines that would read as a separator; it is taken back. */
function unquote(line: Buffer): Buffer {
  const isQuoted =
    line[0] === 0x3e && QUOTED_FROM.test(line.subarray(0, LONGEST_SEPARATOR).toString('latin1'));
  return isQuoted ? line.subarray(1) : line;
}

/** Splits a stream into lines, line ends included; a line longer than the limit comes in pieces, so that memory is bounded. */
async function* readLines(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const take = (): Buffer => {
    const line = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end + 1));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) {
      pending.push(chunk.subarray(start));
      pendingBytes += chunk.length - start;
      if (pendingBytes > limit) yield take();
    }
  }
  if (pending.length > 0) yield take();
}

function isBlank(line: Buffer): boolean {
  return /^\r?\n$/.test(line.subarray(0, 3).toString('latin1'));
}

/** One message as it grows, up to the limit. */
class OpenMessage {
  readonly #limit: number;
  readonly #hash = createHash('sha256');
  #lines: Buffer[] = [];
  #size = 0;
  #held = Buffer.alloc(0); // the last line, which may be the blank one that ends the message

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(line: Buffer): void {
    this.#take(this.#held);
    this.#held = Buffer.from(line);
  }

  #take(line: Buffer): void {
    this.#hash.update(line);
    this.#size += line.length;
    if (this.#size <= this.#limit) this.#lines.push(line);
    else this.#lines = [];
  }

  close(): MailboxMessage {
    if (!isBlank(this.#held)) this.#take(this.#held);
    return {
      bytes: Buffer.concat(this.#lines),
      hexDigest: this.#hash.digest('hex'),
      isTooLarge: this.#size > this.#limit,
    };
  }
}

/**
 * Reads a mailbox message by message, with memory for one message.
 * @param maximumBytes a message
 */
export async function* readMailbox(path: string, maximumBytes: number): AsyncGenerator<MailboxMessage> {
  let message: OpenMessage | undefined;
  let afterBlank = true; // a separator stands at the beginning or after a blank line
  for await (const line of readLines(createReadStream(path) as AsyncIterable<Buffer>, maximumBytes)) {
    if (afterBlank && isSeparator(line)) {
      if (message !== undefined) yield message.close();
      message = new OpenMessage(maximumBytes);
    } else message?.add(unquote(line));
    afterBlank = isBlank(line);
  }
  if (message !== undefined) yield message.close();
}
