// Who answers a request, by the routing: champion or challenger, and who answers only for comparison.
import type { PredictionRecord } from '../contracts/observation.ts';
import type { RoutingDocument } from '../contracts/registry.ts';
import { assignArm } from '../pipeline/rollout/assignment.ts';
import type { LoadedVersion } from './loaded-version.ts';
import type { ServedModel } from './served-model.ts';

/** `tester`: the request named its version; see tester.ts. */
export type Arm = PredictionRecord['arm'] | 'tester';

/** @returns why a request has nobody to answer it */
export function nobodyAnswers({ model }: ServedModel, version: number | undefined): string {
  if (version === undefined) return `no version of ${model} is in service`;
  return `version ${version} of ${model} is not loaded: a gateway has those that its routing names`;
}

/** Which version answers, and which answers only for comparison. */
export interface Plan {
  readonly arm: Arm;
  readonly served: LoadedVersion;
  readonly shadow: LoadedVersion | undefined;
}

/** Whom a request is for. */
export interface Caller {
  /** The unit of assignment, always answered by the same arm but in an interleaved experiment. */
  readonly subject: string;
  /** The id of the answer, by which an interleaved experiment draws: whoever knows it can draw again. */
  readonly id: string;
  /** The version that a tester names. */
  readonly version?: number | undefined;
}

/**
 * @returns nothing where no champion is loaded, or not the version that is named; a challenger that is gone leaves its share to
 *   the champion
 */
export function planFor(
  model: ServedModel,
  routing: RoutingDocument,
  { subject, id, version }: Caller,
): Plan | undefined {
  if (version !== undefined) {
    const named = model.version(version);
    return named && { arm: 'tester', served: named, shadow: undefined };
  }
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
  const unit = challenger.design === 'interleaved' ? id : subject;
  return assignArm(challenger.experiment, unit, arms) === 'challenger'
    ? { arm: 'challenger', served: rival, shadow: champion }
    : { arm: 'champion', served: champion, shadow: rival };
}

/** @returns who answered, as every record of an answer says it; nothing of a tester, who leaves no record */
export function circumstances(model: string, routing: RoutingDocument, { arm }: Pick<Plan, 'arm'>) {
  if (arm === 'tester') return undefined;
  const { generation, challenger } = routing;
  return {
    ...{ model, generation, arm },
    ...(challenger && { experiment: challenger.experiment, step: challenger.step }),
  };
}
