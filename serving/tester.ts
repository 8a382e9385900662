// A request that names the version that is to answer it, whatever the routing says: of a tester, or of a rollout that looks
// whether a version answers at all. It enters no test, no record and no guardrail.
import type { IncomingHttpHeaders } from 'node:http';
import { versionHeader } from '../contracts/version-header.ts';
import { invalidRequest } from './route.ts';

/**
 * @returns the version that a request names; undefined where the routing decides
 * @throws HttpProblem 400 where the header names none
 */
export function requestedVersion(headers: IncomingHttpHeaders): number | undefined {
  const named = headers[versionHeader];
  if (named === undefined) return undefined;
  if (typeof named === 'string' && /^[1-9]\d{0,8}$/.test(named)) return Number(named);
  throw invalidRequest(`${versionHeader}: expected a version, such as 2`);
}
