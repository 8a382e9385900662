// Texts of a share of the requests, kept where the model file asks for it: what was asked and what was answered, without
// personal data. Who answers waits until they are on the disk.
import { createHash } from 'node:crypto';
import type { CaptureSpec } from '../contracts/model-spec/serving.ts';
import type { CaptureRecord } from '../contracts/observation.ts';
import type { Outbox } from './outbox/outbox.ts';
import { redactPersonalData } from './redaction.ts';

/** A changed model file counts here so much later. */
const refreshMs = 30_000;
/** Characters of a text that are kept. */
const longestText = 32_768;
/** Beyond the end, so that what is cut there is no half of a number that nobody would recognise. */
const beyond = 1_024;

type Captured = Pick<CaptureRecord, 'id' | 'at' | 'model' | 'subject' | 'version'>;

/** Of an answer; fulfilled at once where its texts are not kept, and never rejected: the outbox counts what it refuses. */
export type Capture = (answer: Captured, texts: () => CaptureRecord['texts']) => Promise<void>;

export interface CaptureDependencies {
  readonly outbox: Pick<Outbox, 'append'>;
  /** What the model file says now. */
  readonly readCapture: (model: string) => Promise<CaptureSpec | undefined>;
  readonly now?: () => number;
}

/** Until the model file has been read nothing is kept. */
export function createCapture({ outbox, readCapture, now = Date.now }: CaptureDependencies): Capture {
  const known = new Map<string, { readonly at: number; readonly share: number }>();
  const reading = new Set<string>();

  /** A store that is away leaves the share as it is. */
  const refresh = async (model: string): Promise<void> => {
    if (reading.has(model)) return;
    reading.add(model);
    try {
      known.set(model, { at: now(), share: (await readCapture(model))?.share ?? 0 });
    } catch {
      known.set(model, { at: now(), share: known.get(model)?.share ?? 0 });
    } finally {
      reading.delete(model);
    }
  };

  return async ({ id, at, model, subject, version }, texts) => {
    const current = known.get(model);
    if (!current || now() - current.at > refreshMs) void refresh(model);
    if (!current || !isSampled(id, current.share)) return;
    const record: CaptureRecord = {
      ...{ kind: 'capture', id, at, model, subject, version },
      texts: texts().map(({ input, output }) => ({ input: redacted(input), output: redacted(output) })),
    };
    await outbox.append([{ model, record }]).catch(() => undefined);
  };
}

/** The same on every gateway, and for whoever asks later. */
export function isSampled(id: string, share: number): boolean {
  return createHash('sha256').update(id).digest().readUIntBE(0, 6) < share * 2 ** 48;
}

function redacted(text: string): string {
  if (text.length <= longestText) return redactPersonalData(text);
  const kept = redactPersonalData(text.slice(0, longestText + beyond));
  return kept.slice(0, Math.min(longestText, kept.length - beyond));
}
