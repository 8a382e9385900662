// A request that names the version that is to answer it, whatever the routing says: of a tester, or of a rollout that looks
// whether a version answers at all. It enters no test, no record and no guardrail.
import type { IncomingHttpHeaders } from 'node:http';
import { challengersOf } from '../contracts/registry.ts';
import { versionHeader } from '../contracts/version-header.ts';
import { HttpProblem, invalidRequest } from './route.ts';
import type { ServedModel } from './served-model.ts';

/**
 * @returns the version that a request names; undefined where the routing decides
 * @throws HttpProblem 400 where the header names none; 404 where gateways do not have the version. One that the routing names is
 *   there, or will be in a moment: it is returned
 */
export function requestedVersion(headers: IncomingHttpHeaders, model: ServedModel): number | undefined {
  const named = headers[versionHeader];
  if (named === undefined) return undefined;
  if (typeof named !== 'string' || !/^[1-9]\d{0,8}$/.test(named))
    throw invalidRequest(`${versionHeader}: expected a version, such as 2`);
  const version = Number(named);
  const routing = model.routing();
  if (!routing) return version;
  const kept = [routing.champion, ...challengersOf(routing), routing.previous].filter(
    (it) => it !== undefined,
  );
  if (kept.includes(version) || model.version(version)) return version;
  const there = kept.length === 0 ? 'none' : kept.sort((a, b) => a - b).join(', ');
  throw new HttpProblem(
    404,
    'version_not_found',
    `${versionHeader}: gateways do not have version ${version} of ${model.model}, only those that its routing names: ${there}`,
    { param: versionHeader },
  );
}
