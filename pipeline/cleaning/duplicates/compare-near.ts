// Near-duplicates in batches: bands that agree with those of a document of an earlier batch propose, exact Jaccard decides.
import type { Verdict } from '../working-document.ts';
import { bandingFor, fillBandKeys } from './bands.ts';
import type { Compare, SeenBatch } from './comparison.ts';
import { textsABlock } from './comparison.ts';
import { createNearDuplicateIndex, type DuplicateOptions, leastEstimate } from './near-duplicates.ts';
import { joinRecords, recordLength, sortRecords } from './records.ts';
import { createShingler } from './shingler.ts';
import { createSigner, estimate, signatureLength } from './signature.ts';
import { createSimilarity } from './similarity.ts';

/** A pair in one number: a batch has fewer documents than this. */
const MOST_DOCUMENTS = 2 ** 21;

/** Documents that all share a stretch propose as many pairs as there are of them, squared: so many are held, then judged. */
const MOST_PAIRS = 2 ** 17;

/** @param pause lets others run; called between documents */
export function createNearComparison(options: DuplicateOptions, pause: () => Promise<void>): Compare {
  const { similarity } = options;
  const banding = bandingFor(similarity);
  const shingle = createShingler(options);
  const sign = createSigner();
  const compared = createSimilarity();
  const least = leastEstimate(similarity);

  /** @returns records of bands [documents × bands], in the order of the documents */
  const bandRecords = async (texts: readonly string[], signatures: Int32Array): Promise<Uint32Array> => {
    const keys = new Uint32Array(2 * banding.bands);
    const records = new Uint32Array(texts.length * banding.bands * recordLength);
    for (const [place, text] of texts.entries()) {
      const signature = signatures.subarray(place * signatureLength, (place + 1) * signatureLength);
      sign(shingle(text), signature);
      fillBandKeys(signature, banding, keys);
      for (let band = 0; band < banding.bands; band += 1) {
        const at = (place * banding.bands + band) * recordLength;
        records.set([keys[2 * band], keys[2 * band + 1], place], at);
      }
      await pause();
    }
    return records;
  };

  interface Batch {
    readonly texts: readonly string[];
    readonly signatures: Int32Array;
    readonly sorted: Uint32Array;
    /** 1 for documents that an earlier batch has. */
    readonly repeated: Uint8Array;
  }

  /** Marks documents that repeat one of an earlier batch, of those pairs that share a band. */
  const judge = async (pairs: Iterable<number>, batch: SeenBatch, { texts, signatures, repeated }: Batch) => {
    const theirSignature = new Int32Array(signatureLength);
    let [place, block] = [-1, -1];
    let earlier: readonly string[] = [];
    for (const pair of Float64Array.from(pairs).sort()) {
      const own = pair % MOST_DOCUMENTS;
      const theirs = (pair - own) / MOST_DOCUMENTS;
      if (repeated[own] === 1) continue;
      if (theirs !== place) {
        if (Math.floor(theirs / textsABlock) !== block) {
          block = Math.floor(theirs / textsABlock);
          earlier = await batch.texts(block);
        }
        place = theirs;
        const shingles = shingle(earlier[place % textsABlock]);
        sign(shingles, theirSignature);
        compared.hold(shingles);
      }
      const signature = signatures.subarray(own * signatureLength, (own + 1) * signatureLength);
      if (estimate(theirSignature, signature) < least) continue;
      if (compared.to(shingle(texts[own])) >= similarity) repeated[own] = 1;
      await pause();
    }
  };

  const compareWith = async (earlier: SeenBatch, batch: Batch) => {
    const pairs = new Set<number>();
    const judgeHeld = async () => {
      await judge(pairs, earlier, batch);
      pairs.clear();
    };
    await joinRecords(batch.sorted, earlier.records(), (own, theirs) => {
      if (batch.repeated[own] === 0) pairs.add(theirs * MOST_DOCUMENTS + own);
      return pairs.size < MOST_PAIRS ? undefined : judgeHeld();
    });
    await judgeHeld();
  };

  return async (documents, seen) => {
    const texts = documents.map(({ text }) => text);
    const signatures = new Int32Array(texts.length * signatureLength);
    const records = await bandRecords(texts, signatures);
    const repeated = new Uint8Array(texts.length);
    const batch = { texts, signatures, sorted: sortRecords(records), repeated };
    for await (const earlier of seen) await compareWith(earlier, batch);

    const index = createNearDuplicateIndex(options);
    const kept: number[] = [];
    const verdicts: Verdict[] = [];
    for (const [place, { id, text }] of documents.entries()) {
      const isNew = repeated[place] === 0 && index.add(id, text) === undefined;
      if (isNew) kept.push(place);
      verdicts.push(isNew ? { decision: 'keep' } : { decision: 'drop', reason: 'near-duplicate' });
      await pause();
    }
    const remembered = kept.map((place) => {
      const { id, uri, digest, text } = documents[place];
      return { id, uri, digest, text };
    });
    return { verdicts, remembered: { records: recordsOf(kept, records), texts: remembered } };
  };

  /** Of the documents that were kept, under the places that they have among these. */
  function recordsOf(kept: readonly number[], records: Uint32Array): Uint32Array {
    const size = banding.bands * recordLength;
    const own = new Uint32Array(kept.length * size);
    for (const [place, document] of kept.entries()) {
      own.set(records.subarray(document * size, (document + 1) * size), place * size);
      for (let band = 0; band < banding.bands; band += 1) own[place * size + band * recordLength + 2] = place;
    }
    return sortRecords(own);
  }
}
