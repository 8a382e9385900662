import { expect, it } from 'vitest';
import { approve } from '../../../client/approve.ts';
import type { VersionRequest } from '../../../contracts/messages.ts';

const evidence = `sha256:${'a'.repeat(64)}`;
const waiting = { evidence, requesters: ['kim'], mustDiffer: true, overdue: false };

it('is sent on the evidence that waits, where none is named, and not at all where it would not count', async () => {
  const sent: VersionRequest[] = [];
  const tell = (request: VersionRequest) => {
    sent.push(request);
    return Promise.resolve({ decision: 'done' as const, reason: `approve by ${request.by}` });
  };
  const request = (by: string) => ({ version: 2, by, reason: '' });
  expect(await approve(waiting, request('kim'), tell)).toMatchObject({ decision: 'ignored' });
  expect(await approve(waiting, request('lee'), tell)).toEqual({
    decision: 'done',
    reason: `approve by lee, on ${evidence}`,
  });
  await approve(undefined, request('kim'), tell);
  expect(sent).toEqual([{ ...request('lee'), evidence }, request('kim')]);
});
