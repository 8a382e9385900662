import { describe, expect, it } from 'vitest';
import { readLabelledWords } from '../../../activities/labelled-words.ts';
import { writeJsonLines } from '../../../artifacts/json-lines.ts';
import { openSpanWorld, type SpanWorld } from '../../support/span-world.ts';

async function read(world: SpanWorld) {
  const { corpus, labels, tokenized } = world;
  const documents = await readLabelledWords(world, { corpus, labels, tokenizer: tokenized.tokenizer });
  return documents.map(({ words, text, ...it }) => ({
    ...it,
    text,
    words: words.map(({ start, end }) => text.slice(start, end)),
  }));
}

describe('readLabelledWords', () => {
  it('gives labelled documents alone, in the order of the corpus, with a tag for each word', async () => {
    const world = await openSpanWorld(
      { 'notes/a': '[Ada Lovelace](person) met Charles.', 'notes/b': 'Nobody was there.' },
      { unlabelled: { 'notes/c': 'Ada was not labelled here.' } },
    );
    expect(await read(world)).toMatchObject([
      {
        ...{ row: 0, id: 'notes/a', text: 'Ada Lovelace met Charles.', spans: 1, widened: 0, lost: 0 },
        words: ['Ada', 'Lovelace', 'met', 'Charles', '.'],
        tags: ['B-person', 'I-person', 'O', 'O', 'O'],
      },
      {
        ...{ row: 1, id: 'notes/b', text: 'Nobody was there.', spans: 0, widened: 0, lost: 0 },
        words: ['Nobody', 'was', 'there', '.'],
        tags: ['O', 'O', 'O', 'O'],
      },
    ]);
  });

  it('takes a Korean word with the particle that it carries, and says that the span grew', async () => {
    const world = await openSpanWorld({ 'notes/a': '[김철수](person)는 [서울](place)에서 산다.' });
    expect(await read(world)).toMatchObject([
      {
        words: ['김철수는', '서울에서', '산다', '.'],
        tags: ['B-person', 'B-place', 'O', 'O'],
        ...{ spans: 2, widened: 2, lost: 0 },
      },
    ]);
  });

  it('finds spans again in texts that cleaning made shorter or composed', async () => {
    const zoe = 'Zoë'.normalize('NFD'); // four units, of which NFC leaves three
    const world = await openSpanWorld(
      { 'notes/a': `(draft) ${zoe} and [${zoe} Lee](person) sang in [${'각'.normalize('NFD')}](place).` },
      { steps: [{ step: 'remove-text', texts: ['(draft) '] }, { step: 'normalize-unicode' }] },
    );
    const [{ words, tags }] = await read(world);
    expect(words).toEqual(['Zoë', 'and', 'Zoë', 'Lee', 'sang', 'in', '각', '.']);
    expect(tags).toEqual(['O', 'O', 'B-person', 'I-person', 'O', 'O', 'B-place', 'O']);
  });

  it('counts as lost what cleaning removed, and what touches no word', async () => {
    const world = await openSpanWorld(
      { 'notes/a': '[Draft](kind) of[ ](gap)[Ada](person).' },
      { steps: [{ step: 'remove-text', texts: ['Draft'] }] },
    );
    expect(await read(world)).toMatchObject([
      { words: ['of', 'Ada', '.'], tags: ['O', 'B-person', 'O'], spans: 3, widened: 0, lost: 2 },
    ]);
  });

  it('takes the last line of a document, and none of one that is not in the corpus', async () => {
    const world = await openSpanWorld({ 'notes/a': '[Ada](person) sang.' });
    const labels = await writeJsonLines(world.artifacts, [
      { document: 'notes/a', spans: [{ start: 0, end: 3, label: 'place' }] },
      { document: 'notes/gone', spans: [{ start: 0, end: 3, label: 'place' }] },
      { document: 'notes/a', spans: [] },
    ]);
    expect((await read({ ...world, labels })).map(({ id, tags }) => [id, tags])).toEqual([
      ['notes/a', ['O', 'O', 'O']],
    ]);
  });
});
