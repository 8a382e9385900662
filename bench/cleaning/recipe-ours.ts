// Our side of the case `recipe`: the same filters over the same documents, through a recipe as the pipeline runs it.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { CollectedDocument } from '../../contracts/document.ts';
import { cleaningSchema } from '../../contracts/model-spec/cleaning.ts';
import { createRecipe } from '../../pipeline/cleaning/recipe.ts';

export type Language = 'en' | 'ko';

const { files } = JSON.parse(process.argv[2]) as { files: Record<Language, string> };
const prepared = new Map<Language, CollectedDocument[]>();

const collected = (text: string, id: string): CollectedDocument => ({
  ...{ id, source: 'bench', uri: '', digest: '', collectedAt: '' },
  content: { mediaType: 'text/plain', encoding: 'utf8', data: text },
});

async function documents(language: Language): Promise<CollectedDocument[]> {
  const known = prepared.get(language);
  if (known) return known;
  const lines = (await readFile(files[language], 'utf8')).trimEnd().split('\n');
  const read = lines.map((line, at) => collected(JSON.parse(line) as string, String(at)));
  prepared.set(language, read);
  return read;
}

async function decide(language: Language, every: number): Promise<string[]> {
  const { steps } = cleaningSchema.parse({
    steps: [
      { step: 'gopher-repetition', language },
      { step: 'gopher-quality', language },
      { step: 'c4-quality', language, endedLines: false },
      { step: 'fineweb-quality', language },
    ],
  });
  const recipe = createRecipe(steps);
  const decisions: string[] = [];
  for (const [at, document] of (await documents(language)).entries()) {
    if (at % every > 0) continue;
    const outcome = await recipe.clean(document);
    decisions.push(outcome.outcome === 'kept' ? 'keep' : `${outcome.step} ${outcome.reason}`);
  }
  return decisions;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { language, every } = JSON.parse(line) as { language: Language; every: number };
  await documents(language);
  const start = performance.now();
  const before = process.cpuUsage();
  const decisions = await decide(language, every);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - start) / 1_000;
  process.stdout.write(
    `${JSON.stringify({ seconds, processorSeconds: (user + system) / 1e6, decisions })}\n`,
  );
}
