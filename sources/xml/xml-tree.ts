// A small XML document as a tree.
import { createXmlWriter, XmlError } from './xml-stream.ts';

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** Of this element alone, white space as it stands. */
  text: string;
}

const DEPTH = 50;
const ELEMENTS = 500_000;

/** @throws XmlError where the bytes are no XML, or too much of it */
export function readXml(bytes: Uint8Array): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const path = [root];
  let elements = 0;
  const xml = createXmlWriter(
    {
      open: (name, attributes) => {
        elements += 1;
        if (elements > ELEMENTS) throw new XmlError(`more than ${ELEMENTS} elements`);
        const element = { name, attributes, children: [], text: '' };
        path.at(-1)?.children.push(element);
        path.push(element);
      },
      text: (text) => {
        const here = path.at(-1);
        if (here !== undefined) here.text += text;
      },
      close: () => void path.pop(),
    },
    { maximumDepth: DEPTH, maximumPieceBytes: Number.POSITIVE_INFINITY }, // the bytes are bounded
  );
  xml.write(bytes);
  xml.end();
  return root.children[0];
}

/** @returns the elements that a path of names leads to */
export function allOf(element: XmlElement | undefined, ...path: readonly string[]): XmlElement[] {
  let found = element === undefined ? [] : [element];
  for (const name of path) found = found.flatMap(({ children }) => children.filter((it) => it.name === name));
  return found;
}

/** @returns the text of the first, white space made one space; nothing where it is empty */
export function textOf(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  const text = allOf(element, ...path)
    .at(0)
    ?.text.replace(/\s+/g, ' ')
    .trim();
  return text === '' ? undefined : text;
}
