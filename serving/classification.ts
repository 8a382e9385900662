// One request: who answers it, who answers it in the shadow, and the record of both.
import type { Answer, PredictionRecord } from '../contracts/observation.ts';
import type { LoadedVersion } from './loaded-version.ts';
import { ProcessBusy } from './model-process.ts';
import { type Arm, circumstances, nobodyAnswers, planFor } from './plan.ts';
import type { ServedModel } from './served-model.ts';
import type { ClassificationInput, ClassifierVersion } from './tasks/classification-version.ts';

/** What came of a request. `record` resolves once the shadow has answered too; nobody waits for it. */
export type Classified =
  | {
      readonly outcome: 'answered';
      readonly id: string;
      readonly arm: Arm;
      readonly answer: Answer;
      /** As the version saw it. */
      readonly text: string;
      /** As far as it is known before the shadow has answered; of a tester there is none. */
      readonly base: PredictionRecord | undefined;
      /** Of a tester there is none. */
      readonly record: Promise<PredictionRecord> | undefined;
    }
  | { readonly outcome: 'unreadable'; readonly reason: string }
  | { readonly outcome: 'unavailable'; readonly reason: string }
  | { readonly outcome: 'other-task'; readonly task: LoadedVersion['task'] }
  | { readonly outcome: 'busy'; readonly version: number; readonly arm: Arm; readonly reason: string }
  /** Its client did not wait. */
  | { readonly outcome: 'gone'; readonly version: number; readonly arm: Arm; readonly reason: string }
  /** The version that should have answered could not: its own error rate grows by it, nobody else's. */
  | { readonly outcome: 'failed'; readonly version: number; readonly arm: Arm; readonly reason: string };

export interface ClassificationRequest {
  readonly input: ClassificationInput;
  /** The unit of analysis, always answered by the same arm. */
  readonly subject: string | undefined;
  /** The version that a tester names. */
  readonly version?: number | undefined;
  /** Ends it, at once; what is in the making for others goes on. */
  readonly signal?: AbortSignal;
}

/** Answers by the model's routing; a challenger that is gone leaves its share to the champion. */
export async function classify(model: ServedModel, request: ClassificationRequest): Promise<Classified> {
  const routing = model.routing();
  const id = model.responseIds.issue('clf');
  const subject = request.subject ?? id;
  const { version } = request;
  const plan = routing && planFor(model, routing, { subject, id, version });
  if (!plan) return { outcome: 'unavailable', reason: nobodyAnswers(model, version) };
  const { served, arm, shadow } = plan;
  if (served.task !== 'text-classification') return { outcome: 'other-task', task: served.task };

  const at = new Date().toISOString();
  let answer: Awaited<ReturnType<ClassifierVersion['answer']>>;
  let text = '';
  try {
    answer = await served.answer(
      request.input,
      (clean) => {
        text = clean;
      },
      request.signal,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const ofVersion = error instanceof ProcessBusy ? 'busy' : 'failed';
    const outcome = request.signal?.aborted === true ? 'gone' : ofVersion;
    return { outcome, version: served.version, arm, reason };
  }
  if ('reason' in answer) return { outcome: 'unreadable', reason: answer.reason };
  const known = circumstances(model.model, routing, plan);
  const base = known && { kind: 'prediction' as const, id, at, subject, ...known, served: answer };
  const record = base && withShadow(base, shadow, request.input);
  return { outcome: 'answered', id, arm, answer, text, base, record };
}

/** The other version's answer to the same text: paired answers need far fewer requests to tell versions apart. */
async function withShadow(
  record: PredictionRecord,
  shadow: LoadedVersion | undefined,
  input: ClassificationInput,
): Promise<PredictionRecord> {
  if (shadow?.task !== 'text-classification') return record;
  const failed = (shadowError: string) => ({ ...record, shadowError, shadowVersion: shadow.version });
  try {
    const answer = await shadow.answer(input);
    return 'reason' in answer ? failed(answer.reason) : { ...record, shadow: answer };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}
