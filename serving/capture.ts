// Texts of a share of the requests, kept where the model file asks for it: what was asked and what was answered, without
// personal data. Who answers waits until they are on the disk.
import { createHash } from 'node:crypto';
import type { CaptureSpec } from '../contracts/model-spec/serving.ts';
import type { CaptureRecord } from '../contracts/observation.ts';
import { followSpec } from './followed-spec.ts';
import type { Outbox } from './outbox/outbox.ts';
import { redactPersonalData } from './redaction.ts';

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
export function createCapture({ outbox, readCapture, now }: CaptureDependencies): Capture {
  const captureOf = followSpec(readCapture, now);
  return async ({ id, at, model, subject, version }, texts) => {
    const capture = captureOf(model);
    if (!capture || !isSampled(id, capture.share)) return;
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
