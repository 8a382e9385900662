// A change of the registry's keys, as the command line asks for it, on the real server over fake activities.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestRefused } from '../../../client/failures.ts';
import { CoppiceFailure } from '../../../contracts/failures.ts';
import { workflowIds } from '../../../contracts/messages.ts';
import { openWorkflowWorld, type WorkflowWorld } from '../../support/workflow-world.ts';

let world: WorkflowWorld;
beforeAll(async () => {
  world = await openWorkflowWorld('key-change');
});
afterAll(() => world.close());

describe('a change of the keys', () => {
  it('is made on the queue of the process that signs, and answered', async () => {
    const fake = world.addModel();
    const change = { kind: 'rotate' as const };
    const result = await world.client.changeKeys({ change, by: 'kim', reason: fake.model });
    expect(result).toEqual({ generation: 2, signingKeyId: '0123456789abcdef', keyId: '0123456789abcdef' });
    const [call] = fake.calls('changeKeys');
    expect(call).toMatchObject({ change, by: 'kim' });
    await world.record('keys-rotated', workflowIds.keyChange(call.request));
  });

  it('is tried again while the key service is away, as the same change', async () => {
    const fake = world.addModel();
    let away = true;
    fake.replace({
      changeKeys: (change) => {
        if (!away) return fake.original.changeKeys(change);
        away = false;
        return Promise.reject(new CoppiceFailure('SigningUnavailable', 'the vault is sealed'));
      },
    });
    await world.client.changeKeys({ change: { kind: 'rotate' }, by: 'kim', reason: fake.model });
    expect(new Set(fake.calls('changeKeys').map(({ request }) => request)).size).toBe(1);
    expect(fake.calls('changeKeys')).toHaveLength(2);
  });

  it('that cannot be is told in words', async () => {
    const fake = world.addModel();
    fake.replace({
      changeKeys: () => Promise.reject(new CoppiceFailure('InvalidInput', 'no key 00 is trusted here')),
    });
    const change = { kind: 'revoke' as const, keyId: '0123456789abcdef' };
    const asked = world.client.changeKeys({ change, by: 'kim', reason: fake.model });
    await expect(asked).rejects.toThrow(new RequestRefused('no key 00 is trusted here'));
  });
});
