// Which licence a text is, as an identifier of SPDX: by sentences that it has and its relatives have not.

const LICENCE_FILE = /(?:^|\/)(?:licen[cs]e|copying|unlicen[cs]e|copyright)(?:[-.][\w.-]{1,40})?$/i;
const IDENTIFIER = /SPDX-License-Identifier:[ \t]{0,8}([\w.+() -]{1,200})/;
const HEAD = 4_096; // characters in which a file says what it is under

/** In this order: the first whose sentences are all there. */
const sentences: readonly (readonly [string, ...string[]])[] = [
  ['AGPL-3.0', 'gnu affero general public license', 'version 3'],
  ['LGPL-3.0', 'gnu lesser general public license', 'version 3'],
  ['LGPL-2.1', 'gnu lesser general public license', 'version 2.1'],
  ['GPL-3.0', 'gnu general public license', 'version 3, 29 june 2007'],
  ['GPL-2.0', 'gnu general public license', 'version 2, june 1991'],
  ['Apache-2.0', 'apache license', 'version 2.0'],
  ['MPL-2.0', 'mozilla public license', '2.0'],
  ['EPL-2.0', 'eclipse public license', '2.0'],
  ['BSL-1.0', 'boost software license'],
  ['CC0-1.0', 'cc0 1.0 universal'],
  ['CC-BY-SA-4.0', 'attribution-sharealike 4.0'],
  ['CC-BY-NC-4.0', 'attribution-noncommercial 4.0'],
  ['CC-BY-4.0', 'attribution 4.0'],
  ['Unlicense', 'this is free and unencumbered software released into the public domain'],
  ['WTFPL', 'do what the fuck you want to'],
  ['BlueOak-1.0.0', 'blue oak model license'],
  [
    'BSD-3-Clause',
    'redistributions of source code must retain',
    'redistributions in binary form must reproduce',
    'used to endorse or promote products',
  ],
  [
    'BSD-2-Clause',
    'redistributions of source code must retain',
    'redistributions in binary form must reproduce',
  ],
  ['Zlib', 'this software is provided as-is', 'altered source versions must be plainly marked'],
  ['Zlib', "this software is provided 'as-is'", 'altered source versions must be plainly marked'],
  ['ISC', 'permission to use, copy, modify, and/or distribute', 'provided that the above copyright notice'],
  ['ISC', 'permission to use, copy, modify, and distribute', 'provided that the above copyright notice'],
  [
    '0BSD',
    'permission to use, copy, modify, and/or distribute',
    'for any purpose with or without fee is hereby granted',
  ],
  [
    'MIT',
    'permission is hereby granted, free of charge',
    'the above copyright notice and this permission notice',
  ],
  ['MIT-0', 'permission is hereby granted, free of charge', 'to deal in the software without restriction'],
];

/** @returns whether a file's name promises the text of a licence */
export function isLicenceFile(path: string): boolean {
  return LICENCE_FILE.test(path);
}

/** @returns the SPDX identifier of the licence that a text is; nothing where it is none that is known */
export function licenceOfText(text: string): string | undefined {
  const plain = text
    .slice(0, 64 * 1024)
    .toLowerCase()
    .replace(/[“”"]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/[\s*#>]+/g, ' ');
  return sentences.find(([, ...all]) => all.every((sentence) => plain.includes(sentence)))?.[0];
}

/** @returns what a source file says in its head that it is under */
export function licenceOfHead(text: string): string | undefined {
  return IDENTIFIER.exec(text.slice(0, HEAD))?.[1]
    .trim()
    .replace(/[ -]{1,200}$/, '');
}

/** @returns for a path the licence of the nearest folder above that has one */
export function nearestLicence(licences: ReadonlyMap<string, string>, path: string): string | undefined {
  for (let folder = path; folder !== ''; ) {
    folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
    const found = licences.get(folder);
    if (found !== undefined) return found;
  }
  return undefined;
}
