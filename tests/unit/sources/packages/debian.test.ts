import { describe, expect, it } from 'vitest';
import { licenceOf } from '../../../../sources/packages/debian.ts';

describe('licenceOf', () => {
  it('reads the licence of all files where several have their own', () => {
    const copyright = [
      'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
      '',
      'Files: *',
      'Copyright: 2000 Somebody',
      'License: MPL-2.0',
      ' The text of the licence.',
      '',
      'Files: data/*',
      'Copyright: 2001 Somebody else',
      'License: CC0-1.0',
    ].join('\n');
    expect(licenceOf(copyright)).toBe('MPL-2.0');
  });

  it('says nothing about a copyright in prose', () => {
    expect(licenceOf('This package was made by somebody.\n\nFiles: *\nLicense: GPL-2')).toBeUndefined();
  });
});
