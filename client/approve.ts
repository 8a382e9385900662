// A person's approval, told in words where it would not count: the rollout itself only leaves such a word unheard.
import { type Approval, refuseApproval } from '../contracts/approval.ts';
import type { Decision, VersionRequest } from '../contracts/messages.ts';

/**
 * @param waiting what waits for approval, nothing where no rollout asks for one
 * @param request without evidence it rests on what stands there now
 * @param tell sends it to the controller
 */
export async function approve(
  waiting: Approval | undefined,
  request: VersionRequest,
  tell: (request: VersionRequest) => Promise<Decision>,
): Promise<Decision> {
  if (!waiting) return tell(request);
  const evidence = request.evidence ?? waiting.evidence;
  const word = { ...request, ...(evidence !== undefined && { evidence }) };
  const refused = refuseApproval(waiting, word);
  if (refused !== undefined) return { decision: 'ignored', reason: refused };
  const decision = await tell(word);
  if (decision.decision !== 'done' || evidence === undefined) return decision;
  return { ...decision, reason: `${decision.reason}, on ${evidence}` };
}
