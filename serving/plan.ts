// Who answers a request, by the routing: champion or challenger, and who answers only for comparison.
import type { PredictionRecord } from '../contracts/observation.ts';
import type { Challenger, RoutingDocument } from '../contracts/registry.ts';
import { challengersOf } from '../contracts/registry.ts';
import { assignArm, hashToUnit } from '../pipeline/rollout/assignment.ts';
import type { LoadedVersion } from './loaded-version.ts';
import type { ServedModel } from './served-model.ts';
import { standInOf } from './stand-in.ts';

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
  /** Of a version that has left a comparison of several, or of a stand-in: the answer belongs to no experiment. */
  readonly isApart?: true;
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
 * @returns nothing where neither the champion nor a stand-in is loaded, or not the version that is named; a challenger that is gone
 *   leaves its share to the champion
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
  if (!champion) {
    const standIn = standInOf(model.version, routing);
    return standIn && { arm: 'champion', served: standIn, shadow: undefined, isApart: true };
  }
  const alone: Plan = { arm: 'champion', served: champion, shadow: undefined };
  if (!challenger) return alone;

  const { arm, rival: drawn, hasLeft } = draw(challenger, challenger.design === 'interleaved' ? id : subject);
  // Who only reads texts of the champion is compared with every version; a pair is lost with the version that left.
  if (hasLeft && (arm === 'challenger' || champion.task === 'text-classification'))
    return { ...alone, isApart: true };
  const rival = model.version(drawn);
  if (!rival) return alone;
  return arm === 'challenger'
    ? { arm, served: rival, shadow: champion }
    : { arm, served: champion, shadow: rival };
}

interface Draw {
  readonly arm: 'champion' | 'challenger';
  /** The challenger that answers, or that is compared with the champion's answer. */
  readonly rival: number;
  /** It takes no part any more. */
  readonly hasLeft: boolean;
}

/** The arm of a unit, by its share; of several challengers one that left keeps its units, or those of others would move. */
function draw(challenger: Challenger, unit: string): Draw {
  const { experiment, mode, trafficFraction, left = [] } = challenger;
  const weight = mode === 'canary' ? trafficFraction : 0;
  const present = challengersOf({ challenger });
  const versions = [...present, ...left].sort((a, b) => a - b);
  const isOne = versions.length === 1;
  const name = (version: number) => (isOne ? 'challenger' : String(version));
  const drawn = assignArm(experiment, unit, [
    { version: 'champion', weight: 1 - weight * versions.length },
    ...versions.map((version) => ({ version: name(version), weight })),
  ]);
  const nth = isOne ? 0 : Math.ceil(hashToUnit([experiment, unit, 'compared']) * versions.length) - 1;
  const rival = versions.find((version) => name(version) === drawn) ?? versions[nth];
  return {
    arm: drawn === 'champion' ? 'champion' : 'challenger',
    rival,
    hasLeft: !present.includes(rival),
  };
}

/** @returns who answered, as every record of an answer says it; nothing of a tester, who leaves no record */
export function circumstances(
  model: string,
  routing: RoutingDocument,
  { arm, isApart }: Pick<Plan, 'arm' | 'isApart'>,
) {
  if (arm === 'tester') return undefined;
  const { generation, challenger } = routing;
  return {
    ...{ model, generation, arm },
    ...(challenger && !isApart && { experiment: challenger.experiment, step: challenger.step }),
  };
}
