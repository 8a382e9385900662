// XML as a stream of events, with bounds. A document type declares nothing here: an entity that is not one of XML's five
// is an error, so that none can swell.
import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';

export interface XmlHandler {
  /** @param attributes by their names as they are written */
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text: (text: string) => void;
  readonly close: (name: string) => void;
}

/** The bytes are no XML, or more of it than is read. */
export class XmlError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'XmlError';
  }
}

export interface XmlBounds {
  readonly maximumDepth: number;
  /** Of one piece of text, tag or comment. */
  readonly maximumPieceBytes: number;
}

export interface XmlWriter {
  /** @throws XmlError */
  readonly write: (bytes: Uint8Array) => void;
  /** @throws XmlError where the document is not at its end */
  readonly end: () => void;
}

/** Makes a parser that calls the handler. Names are without their prefixes. */
export function createXmlWriter(
  handler: XmlHandler,
  { maximumDepth, maximumPieceBytes }: XmlBounds,
): XmlWriter {
  const parser = new SaxesParser();
  const decoder = new StringDecoder('utf8');
  const local = (name: string): string => name.slice(name.indexOf(':') + 1);
  let depth = 0;
  let quietBytes = 0; // since the last event
  parser.on('error', (error) => {
    throw new XmlError(`no XML (${error.message.replace(/^\d+:\d+: /, '').slice(0, 100)})`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    quietBytes = 0;
    depth += 1;
    if (depth > maximumDepth) throw new XmlError('nested too deeply');
    handler.open(local(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    quietBytes = 0;
    depth -= 1;
    handler.close(local(name));
  });
  parser.on('text', (text) => {
    quietBytes = 0;
    handler.text(text);
  });
  parser.on('cdata', (text) => {
    quietBytes = 0;
    handler.text(text);
  });
  return {
    write: (bytes) => {
      quietBytes += bytes.length;
      parser.write(decoder.write(Buffer.from(bytes)));
      if (quietBytes > maximumPieceBytes) throw new XmlError('a piece of it has no end');
    },
    end: () => {
      parser.write(decoder.end());
      parser.close();
    },
  };
}
