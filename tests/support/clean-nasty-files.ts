// Collects and cleans a folder of nasty files in a process of its own, and says what came of it and how much memory it took.
import { join } from 'node:path';
import { sourceSchema } from '../../contracts/model-spec/collection.ts';
import { createRecipe } from '../../pipeline/cleaning/recipe.ts';
import { createDocumentReader } from '../../runtimes/documents/read-document.ts';
import { createSource } from '../../sources/create-source.ts';

const folder = process.argv[2];
const specs = [
  { kind: 'table-files', name: 'tables', path: 'tables' },
  { kind: 'files', name: 'texts', path: 'texts', mediaType: 'text/html' },
  { kind: 'files', name: 'books', path: 'books', mediaType: 'application/epub+zip' },
  { kind: 'files', name: 'papers', path: 'papers', mediaType: 'application/pdf' },
];
const reader = createDocumentReader();
const recipe = createRecipe(
  [
    { step: 'decode-document' },
    { step: 'strip-html' },
    { step: 'normalize-unicode', form: 'NFC', privateUse: 'keep' },
    { step: 'strip-book-notices' },
  ],
  { readDocument: reader.read },
);

const texts: string[] = [];
const aside: Record<string, string> = {};
for (const spec of specs) {
  const source = createSource(sourceSchema.parse(spec), { baseDirectory: folder });
  for await (const item of source.collect(undefined, new AbortController().signal)) {
    if ('problem' in item) {
      aside[item.problem.uri.slice(item.problem.uri.indexOf(join(folder, '/')) + folder.length + 1)] =
        item.problem.reason;
      continue;
    }
    const outcome = await recipe.clean(item.document);
    if (outcome.outcome === 'kept') texts.push(outcome.document.text.slice(0, 100));
    else aside[item.document.id] = outcome.reason;
  }
}
await reader.close();
const peakMebibytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ texts, aside, peakMebibytes }));
