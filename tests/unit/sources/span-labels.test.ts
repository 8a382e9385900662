import { describe, expect, it } from 'vitest';
import type { CollectedDocument } from '../../../contracts/document.ts';
import { fitSpans } from '../../../sources/span-labels.ts';
import { collectedText } from '../../support/span-world.ts';

const never = new AbortController().signal;
const span = (end: number) => ({ start: 0, end, label: 'person' });

async function* collected(...documents: CollectedDocument[]): AsyncGenerator<CollectedDocument> {
  yield* await Promise.resolve(documents);
}

describe('fitSpans', () => {
  it('keeps labels that fit, and sets others aside whole with a reason in words', async () => {
    const documents = collected(collectedText('notes/a', '김철수는'), collectedText('notes/b', 'Ada'));
    const labels = [
      { document: 'notes/a', spans: [span(3)] },
      { document: 'notes/b', spans: [span(2), { start: 2, end: 4, label: 'place' }] },
      { document: 'notes/gone', spans: [span(1)] },
      { document: 'notes/b', spans: [] },
    ];
    expect(await fitSpans(labels, { documents, signal: never })).toEqual({
      labels: [labels[0], labels[3]],
      problems: [
        { uri: 'notes/b', reason: 'a labelled span ends behind the text' },
        { uri: 'notes/gone', reason: 'labelled spans of a document that was not collected' },
      ],
    });
  });

  it('counts UTF-16 code units of the text as it is decoded, and the last of two documents of one name', async () => {
    const latin = collectedText('notes/a', '');
    const data = Buffer.from('caf\xe9', 'latin1').toString('base64');
    const decoded = { ...latin, content: { mediaType: 'text/plain', encoding: 'base64' as const, data } };
    const documents = collected(
      collectedText('notes/a', 'a longer text'),
      decoded,
      collectedText('notes/b', '😀'),
    );
    const labels = [
      { document: 'notes/a', spans: [span(5)] },
      { document: 'notes/b', spans: [span(2)] },
    ];
    const { problems, labels: kept } = await fitSpans(labels, { documents, signal: never });
    expect(kept).toEqual([labels[1]]);
    expect(problems).toHaveLength(1);
  });

  it('ends with the reason of a cancellation', async () => {
    const ended = AbortSignal.abort(new Error('cancelled'));
    const documents = collected(collectedText('notes/a', 'Ada'));
    await expect(fitSpans([], { documents, signal: ended })).rejects.toThrow('cancelled');
  });
});
