// The MIME tree of a mail (RFC 5322, RFC 2045 to 2047): mailsplit finds headers and parts, this file gathers the bytes
// of each part and undoes the transfer encoding.
import type { SplitterChunk } from '@zone-eu/mailsplit';
import { Splitter } from '@zone-eu/mailsplit';
import { decodeBytes } from './charset.ts';
import { decodeWords } from './encoded-words.ts';

/** One part of a mail, or the mail itself. */
export interface MailPart {
  /** Lower case, such as `text/plain`. */
  readonly type: string;
  readonly attached: boolean;
  readonly charset: string;
  /** Of a mail, or of a mail within a mail. */
  readonly subject: string;
  /** Decoded; empty for multiparts. */
  readonly bytes: Uint8Array;
  readonly parts: MailPart[];
}

/** A mail, or why it is none. */
export type ReadMail = { readonly root: MailPart } | { readonly problem: string };

// Limits of what is read rather than set aside. The largest mail of the SpamAssassin corpus has 21 parts.
const LIMITS = { maxHeadSize: 1024 * 1024, maxChildNodes: 256 };

const HEADER_LINE = /^[!-9;-~]+[ \t]*:/;

type MimeNode = Extract<SplitterChunk, { type: 'node' }>;

interface OpenPart {
  readonly node: MimeNode;
  readonly chunks: Buffer[];
  readonly children: OpenPart[];
}

/** A text without a single header line is no mail with headers, but may well be the body of one. */
function hasHeaders(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 64 * 1024)).toString('latin1');
  const blank = /\r?\n\r?\n/.exec(head);
  const lines = head.slice(0, blank?.index).split(/\r?\n/);
  return head.startsWith('\n') || head.startsWith('\r\n') || lines.some((line) => HEADER_LINE.test(line));
}

function plainPart(bytes: Uint8Array): MailPart {
  return { type: 'text/plain', attached: false, charset: '', subject: '', bytes, parts: [] };
}

/** mailsplit gives header lines as one character a byte; the subject's bytes are 8-bit text or encoded words. */
function subjectOf(node: MimeNode): string {
  const header =
    node.headers === false ? undefined : node.headers.getList().find(({ key }) => key === 'subject');
  if (header === undefined) return '';
  const value = header.line.slice(header.line.indexOf(':') + 1).replace(/[\r\n]+/g, ' ');
  return decodeWords(decodeBytes(Buffer.from(value, 'latin1'))).trim();
}

async function decodedBody({ node, chunks }: OpenPart): Promise<Uint8Array> {
  if (chunks.length === 0) return new Uint8Array();
  const decoder = node.getDecoder();
  decoder.end(Buffer.concat(chunks));
  const decoded: Buffer[] = [];
  for await (const chunk of decoder as AsyncIterable<Buffer>) decoded.push(chunk);
  return Buffer.concat(decoded);
}

async function closePart(part: OpenPart): Promise<MailPart> {
  const { node } = part;
  const parts: MailPart[] = [];
  for (const child of part.children) parts.push(await closePart(child));
  const isMail = node.root || (node.parentNode !== false && node.parentNode.rfc822);
  return {
    type: /^[\w.+-]+\/[\w.+-]+/.exec(node.contentType || '')?.[0] ?? 'text/plain',
    attached: node.disposition === 'attachment',
    charset: node.charset || '',
    subject: isMail ? subjectOf(node) : '',
    bytes: node.multipart === false ? await decodedBody(part) : new Uint8Array(),
    parts,
  };
}

/**
 * Reads a mail. Text without headers counts as the body of a mail.
 * @returns the tree, or `not-a-mail` for bytes that are no text, or `mail-too-complex` beyond 256 parts or 1 MiB of headers
 */
export async function readMail(bytes: Uint8Array): Promise<ReadMail> {
  if (!hasHeaders(bytes)) {
    return bytes.includes(0) ? { problem: 'not-a-mail' } : { root: plainPart(bytes) };
  }
  const open = new Map<MimeNode, OpenPart>();
  const splitter = new Splitter({ ...LIMITS, defaultInlineEmbedded: true });
  splitter.end(Buffer.from(bytes));
  let root: OpenPart | undefined;
  try {
    for await (const chunk of splitter as AsyncIterable<SplitterChunk>) {
      if (chunk.type === 'node') {
        const part: OpenPart = { node: chunk, chunks: [], children: [] };
        open.set(chunk, part);
        root ??= part;
        if (chunk.parentNode !== false) open.get(chunk.parentNode)?.children.push(part);
      } else if (chunk.type === 'body') {
        open.get(chunk.node)?.chunks.push(chunk.value);
      }
    }
    return root === undefined ? { problem: 'not-a-mail' } : { root: await closePart(root) };
  } catch {
    return { problem: 'mail-too-complex' }; // the splitter fails on nothing but its limits
  }
}
