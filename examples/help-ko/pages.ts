// LibreOffice's help in Korean, as Debian packages it: where its pages come from and how they become text.

/** In an order by hash, so that the pages that are held out come from every part of the help. */
export const pages = {
  kind: 'package' as const,
  name: 'help',
  registry: 'debian' as const,
  package: 'libreoffice-help-ko',
  folder: 'usr/share/libreoffice/help/ko/text',
  extensions: ['.html'],
  mediaType: 'text/html',
  order: 'mixed' as const,
};

export const cleaningSteps = [
  // What stands around every page; its footer names the file and the title. The heading is the title once more.
  { step: 'strip-html' as const, leaveOut: ['header', 'aside', 'nav', 'footer', 'h1'] },
  { step: 'normalize-unicode' as const, form: 'NFC' as const },
  { step: 'drop-short' as const, minimumWords: 10 },
  // Many pages differ in a line; one of two such pages must not be held out while the other is trained on.
  { step: 'deduplicate' as const, similarity: 0.7 },
];
