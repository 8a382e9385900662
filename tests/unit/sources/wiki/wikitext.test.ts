import { describe, expect, it } from 'vitest';
import { isRedirect, leftOutNamespaces, wikitextToText } from '../../../../sources/wiki/wikitext.ts';

const names = new Set(leftOutNamespaces);
const read = (wikitext: string): Promise<string> => wikitextToText(wikitext, names);

describe('wikitextToText', () => {
  it('reads an English article: links, lists and headings; no boxes, tables, references, files, categories', async () => {
    const article = `{{Infobox person
| name = {{nowrap|Ada}}
}}
[[File:Ada.jpg|thumb|A [[portrait]] of her]]
'''Ada Lovelace''' was an [[England|English]] ''mathematician''.<ref name="a">A book.</ref><ref name="a" /> She wrote [https://example.org notes] &amp; more.<!-- to do -->

== Life ==
* born in [[London]]
# first
{| class="wikitable"
! a !! b
|-
| 1 || {{cell
|2}}
|}
After the table, {{convert|5|km|mi}} on.
=== Empty ===
== References ==
{{reflist
}}
[[Category:People]]
[[de:Ada Lovelace]]
__NOTOC__`;
    expect(await read(article)).toBe(`Ada Lovelace was an English mathematician. She wrote notes & more.

Life

- born in London
- first

After the table, 5 km on.`);
  });

  it('reads a Korean article', async () => {
    const article = `{{인물 정보
|이름=세종
}}
[[파일:King.jpg|섬네일|세종대왕의 [[동상]]]]
'''세종'''({{llang|ko|世宗}}, [[1397년]] ~ [[1450년]])은 [[조선]]의 제4대 국왕이다.<ref>각주</ref>
== 생애 ==
* [[훈민정음|한글]]을 만들었다.
== 각주 ==
<references />
[[분류:조선의 왕]] [[:분류:보이는 고리]]`;
    expect(await read(article)).toBe(`세종(1397년 ~ 1450년)은 조선의 제4대 국왕이다.

생애

- 한글을 만들었다.

각주

분류:보이는 고리`);
  });

  it('tells pages that only lead to others', () => {
    expect(['#REDIRECT [[A]]', '  #넘겨주기: [[가]]', '# a list', 'REDIRECT'].map(isRedirect)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('leaves no bracket open, and loses no text to one', async () => {
    expect(await read('before [[open and {{more\n{| and [[page|text]] after')).toBe(
      'before open and more\nand text after',
    );
    expect(await read('close ]] and }} it\n|} <ref>and go on')).toBe('close and it\nand go on');
  });

  it('takes time that grows with the text alone, however hostile', async () => {
    const patterns = [
      '{{',
      '[[',
      '<ref>',
      '<ref name=a>x',
      "'''",
      '{|\n',
      '}}',
      '[[File:a|',
      '<!--',
      '<div ',
      '=',
      '[http://a ',
    ];
    patterns.push(
      '{{a|',
      '__',
      '&nbsp',
      ':',
      '|}\n',
      '[[a|[[b]]]]',
      '{{a|{{b}}}} ',
      '((((',
      '==a==\n',
      '<gallery>',
      '# [[',
    );
    for (const pattern of patterns) {
      const text = await read(pattern.repeat(200_000 / pattern.length));
      expect(text.length).toBeLessThanOrEqual(300_000);
    }
  }, 120_000);
});
