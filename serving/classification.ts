// One request: who answers it, who answers it in the shadow, and the record of both.
import { randomUUID } from 'node:crypto';
import type { Answer, PredictionRecord } from '../contracts/observation.ts';
import type { RoutingDocument } from '../contracts/registry.ts';
import { assignArm } from '../pipeline/rollout/assignment.ts';
import type { ClassificationInput, LoadedVersion } from './loaded-version.ts';
import type { ServedModel } from './served-model.ts';

export type Arm = PredictionRecord['arm'];

/** What came of a request. `record` resolves once the shadow has answered too; nobody waits for it. */
export type Classified =
  | {
      readonly outcome: 'answered';
      readonly id: string;
      readonly arm: Arm;
      readonly answer: Answer;
      readonly record: Promise<PredictionRecord>;
    }
  | { readonly outcome: 'unreadable'; readonly reason: string }
  | { readonly outcome: 'unavailable'; readonly reason: string }
  /** The version that should have answered could not: its own error rate grows by it, nobody else's. */
  | { readonly outcome: 'failed'; readonly version: number; readonly arm: Arm; readonly reason: string };

export interface ClassificationRequest {
  readonly input: ClassificationInput;
  /** The unit of analysis, always answered by the same arm. */
  readonly subject: string | undefined;
}

/** Which version answers, and which answers only for comparison. */
interface Plan {
  readonly arm: Arm;
  readonly served: LoadedVersion;
  readonly shadow: LoadedVersion | undefined;
}

/** Answers by the model's routing; a challenger that is gone leaves its share to the champion. */
export async function classify(model: ServedModel, request: ClassificationRequest): Promise<Classified> {
  const routing = model.routing();
  const id = randomUUID();
  const subject = request.subject ?? id;
  const plan = routing && planFor(model, routing, subject);
  if (!plan) return { outcome: 'unavailable', reason: `no version of ${model.model} is in service` };

  const at = new Date().toISOString();
  let answer: Awaited<ReturnType<LoadedVersion['answer']>>;
  try {
    answer = await plan.served.answer(request.input);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: 'failed', version: plan.served.version, arm: plan.arm, reason };
  }
  if ('reason' in answer) return { outcome: 'unreadable', reason: answer.reason };
  const base: PredictionRecord = {
    kind: 'prediction',
    id,
    at,
    model: model.model,
    subject,
    generation: routing.generation,
    ...(routing.challenger && { experiment: routing.challenger.experiment, step: routing.challenger.step }),
    arm: plan.arm,
    served: answer,
  };
  return {
    outcome: 'answered',
    id,
    arm: plan.arm,
    answer,
    record: withShadow(base, plan.shadow, request.input),
  };
}

function planFor(model: ServedModel, routing: RoutingDocument, subject: string): Plan | undefined {
  const champion = routing.champion === undefined ? undefined : model.version(routing.champion);
  const { challenger } = routing;
  const rival = challenger && model.version(challenger.version);
  if (!champion) return undefined;
  if (!challenger || !rival) return { arm: 'champion', served: champion, shadow: undefined };

  const weight = challenger.mode === 'canary' ? challenger.trafficFraction : 0;
  const arms = [
    { version: 'champion', weight: 1 - weight },
    { version: 'challenger', weight },
  ];
  return assignArm(challenger.experiment, subject, arms) === 'challenger'
    ? { arm: 'challenger', served: rival, shadow: champion }
    : { arm: 'champion', served: champion, shadow: rival };
}

/** The other version's answer to the same text: paired answers need far fewer requests to tell versions apart. */
async function withShadow(
  record: PredictionRecord,
  shadow: LoadedVersion | undefined,
  input: ClassificationInput,
): Promise<PredictionRecord> {
  if (!shadow) return record;
  const failed = (shadowError: string) => ({ ...record, shadowError, shadowVersion: shadow.version });
  try {
    const answer = await shadow.answer(input);
    return 'reason' in answer ? failed(answer.reason) : { ...record, shadow: answer };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}
