import { describe, expect, it } from 'vitest';
import { createSourceSecrets } from '../../../settings/source-secrets.ts';

describe('createSourceSecrets', () => {
  it('reads the variables of sources alone, without white space around them', () => {
    const secrets = createSourceSecrets({
      ...{ COPPICE_SOURCE_A: ' t0ken\n', COPPICE_SOURCE_EMPTY: ' ', MINIO_SECRET_KEY: 'other' },
    });
    expect(secrets('COPPICE_SOURCE_A')?.reveal()).toBe('t0ken');
    expect(String(secrets('COPPICE_SOURCE_A'))).toBe('***');
    for (const none of ['COPPICE_SOURCE_EMPTY', 'COPPICE_SOURCE_B', 'MINIO_SECRET_KEY'])
      expect(secrets(none)).toBeUndefined();
  });
});
