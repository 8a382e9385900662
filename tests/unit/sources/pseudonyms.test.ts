import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../settings/secret.ts';
import { openPseudonyms } from '../../../sources/pseudonyms.ts';
import { temporaryFolder } from './support.ts';

describe('pseudonyms', () => {
  it('are the same for an author in all runs, and others for others, other hosts and other keys', async () => {
    const stateDirectory = join(await temporaryFolder(), 'state');
    const [one, two] = await Promise.all([1, 2].map(() => openPseudonyms({ stateDirectory })));
    expect(one('a.example', 'Kim')).toMatch(/^author-[0-9a-f]{20}$/);
    expect(two('A.example', 'kim')).toBe(one('a.example', 'Kim'));
    expect(await readdir(stateDirectory)).toEqual(['pseudonyms.key']);
    expect((await stat(join(stateDirectory, 'pseudonyms.key'))).mode & 0o777).toBe(0o600);
    const own = await openPseudonyms({ key: new Secret('a key of one’s own') });
    const other = await openPseudonyms({ stateDirectory: await temporaryFolder() });
    const names = [one('a.example', 'Kim'), one('b.example', 'Kim'), one('a.example', 'Lee')];
    names.push(own('a.example', 'Kim'), other('a.example', 'Kim'));
    expect(new Set(names).size).toBe(5);
  });

  it('are those of HMAC-SHA-256 over host and name', async () => {
    // printf '["a.example","kim"]' | openssl dgst -sha256 -hmac 'sixteen letters!'
    const pseudonymize = await openPseudonyms({ key: new Secret('sixteen letters!') });
    expect(pseudonymize('a.example', 'Kim')).toBe('author-4b26b85da746efb2c0b7');
  });

  it('need a key, or a place to keep one', async () => {
    await expect(openPseudonyms({})).rejects.toMatchObject({ type: 'InvalidInput' });
  });
});
