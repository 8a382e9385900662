// PDF: what stands where on each page, by pdf.js; what that reads as is pipeline/cleaning/pages/.
import { getDocumentProxy } from 'unpdf';
import type { PageItem } from '../../pipeline/cleaning/pages/page-lines.ts';
import { pagesToText } from '../../pipeline/cleaning/pages/pages-to-text.ts';
import { unpacksTooMuch } from './limit-allocations.ts';
import { UnreadableDocument } from './unreadable-document.ts';

const MOST_PAGES = 10_000;
const MOST_ITEMS = 4_000_000; // a dense page has a thousand

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type TextContent = Awaited<ReturnType<Awaited<ReturnType<Pdf['getPage']>>['getTextContent']>>;

async function openPdf(bytes: Uint8Array): Promise<Pdf> {
  try {
    return await getDocumentProxy(bytes, { isEvalSupported: false, useSystemFonts: false, verbosity: 0 });
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException';
    throw new UnreadableDocument(isLocked ? 'pdf-encrypted' : 'pdf-damaged');
  }
}

/** Text that stands upright; what runs along the edge, such as a stamp, is left out. */
function itemsOf({ items }: TextContent): PageItem[] {
  return items.flatMap((item) => {
    if (!('str' in item)) return [];
    const [a, b, c, d, x, y] = item.transform as number[];
    if (Math.abs(b) > Math.abs(a)) return [];
    return [{ text: item.str, x, y, width: item.width, size: Math.hypot(c, d) }];
  });
}

/**
 * Reads the text of a PDF.
 * @param bytes are taken over
 * @throws UnreadableDocument pdf-encrypted, pdf-damaged, document-too-large, document-without-text
 */
export async function readPdf(bytes: Uint8Array): Promise<string> {
  const pdf = await openPdf(bytes);
  try {
    if (pdf.numPages > MOST_PAGES) throw new UnreadableDocument('document-too-large');
    const pages: PageItem[][] = [];
    let items = 0;
    let damaged = 0;
    for (let number = 1; number <= pdf.numPages; number += 1) {
      try {
        const page = await pdf.getPage(number);
        const found = itemsOf(await page.getTextContent());
        page.cleanup();
        pages.push(found);
        items += found.length;
      } catch (error) {
        if (error instanceof Error && error.message.includes(unpacksTooMuch))
          throw new UnreadableDocument('document-too-large');
        damaged += 1; // the other pages are read
      }
      if (items > MOST_ITEMS) throw new UnreadableDocument('document-too-large');
    }
    const text = pagesToText(pages);
    if (text === '') throw new UnreadableDocument(damaged > 0 ? 'pdf-damaged' : 'document-without-text');
    return text;
  } finally {
    await pdf.destroy();
  }
}
