// What datatrove 0.10 (datatrove.utils.text) takes for punctuation and for the end of a sentence, in many scripts.

const code = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at));

/** Characters that end a sentence or a line of prose. */
export const terminalPunctuation: ReadonlySet<string> = new Set([
  ...Array.from('.?!？！．。｡﹒﹖﹗‼‽⁇⁈⁉⸮⸼։؞؟۔܀܁܂߹।॥၊။።፧፨᙮᜵᜶។៕៖៙៚᠃᠉᥄᥅᪨᪩᪪᪫᭚᭛᭞᭟᰻᰼᱾᱿꓿꘎꘏꛳꛷꡶꡷꣎꣏꤯꧈꧉꩝꩞꩟꫰꫱꯫'),
  ...['\u061D', '\u0837', '\u0839', '\u083D', '\u083E', '\u1B7D', '\u1B7E', '\u2E53', '\u2E54'],
  ...['\u{10A56}', '\u{10A57}', ...code(0x10f55, 0x10f59), ...code(0x10f86, 0x10f89)],
  ...[
    '\u{11047}',
    '\u{11048}',
    ...code(0x110be, 0x110c1),
    ...code(0x11141, 0x11143),
    '\u{111C5}',
    '\u{111C6}',
  ],
  ...['\u{111CD}', '\u{111DE}', '\u{111DF}', '\u{11238}', '\u{11239}', '\u{1123B}', '\u{1123C}', '\u{112A9}'],
  ...[
    '\u{1144B}',
    '\u{1144C}',
    '\u{115C2}',
    '\u{115C3}',
    ...code(0x115c9, 0x115d7),
    '\u{11641}',
    '\u{11642}',
  ],
  ...[
    ...code(0x1173c, 0x1173e),
    '\u{11944}',
    '\u{11946}',
    '\u{11A42}',
    '\u{11A43}',
    '\u{11A9B}',
    '\u{11A9C}',
  ],
  ...['\u{11C41}', '\u{11C42}', '\u{11EF7}', '\u{11EF8}', '\u{11F43}', '\u{11F44}', '\u{16A6E}', '\u{16A6F}'],
  ...['\u{16AF5}', '\u{16B37}', '\u{16B38}', '\u{16B44}', '\u{16E98}', '\u{1BC9F}', '\u{1DA88}'],
]);

/** What a word that is only a symbol is made of. */
export const punctuation: ReadonlySet<string> = new Set([
  ...Array.from('!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„\';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_."}►»'),
  ...[...code(0, 8), ...code(11, 12), ...code(13, 31), ...code(127, 159)],
  ...terminalPunctuation,
]);
