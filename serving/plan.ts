// Who answers a request, by the routing: champion or challenger, and who answers only for comparison.
import type { PredictionRecord } from '../contracts/observation.ts';
import type { RoutingDocument } from '../contracts/registry.ts';
import { assignArm } from '../pipeline/rollout/assignment.ts';
import type { LoadedVersion } from './loaded-version.ts';
import type { ServedModel } from './served-model.ts';

export type Arm = PredictionRecord['arm'];

/** Which version answers, and which answers only for comparison. */
export interface Plan {
  readonly arm: Arm;
  readonly served: LoadedVersion;
  readonly shadow: LoadedVersion | undefined;
}

/** @returns nothing where no champion is loaded; a challenger that is gone leaves its share to the champion */
export function planFor(model: ServedModel, routing: RoutingDocument, subject: string): Plan | undefined {
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

/** Who answered, as every record of an answer says it. */
export function circumstances(model: string, routing: RoutingDocument, { arm }: Pick<Plan, 'arm'>) {
  const { generation, challenger } = routing;
  return {
    ...{ model, generation, arm },
    ...(challenger && { experiment: challenger.experiment, step: challenger.step }),
  };
}
