import { describe, expect, it } from 'vitest';
import { htmlToText, looksLikeHtml } from '../../../../pipeline/cleaning/html-to-text.ts';

describe('htmlToText', () => {
  it.each([
    ['<p>one<br>two &amp; three</p><p>four</p>', 'one\ntwo & three\nfour'],
    ['V<!-- hidden -->I<b>A</b>GRA', 'VIAGRA'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
    ['  many \n\t blanks&nbsp;fold ', 'many blanks fold'],
    ['<style>p { color: red }</style><script>alert("<p>")</script>shown', 'shown'],
    ['<p>never <b>closed <i>anywhere', 'never closed anywhere'],
    ['</p></b></html>only closed', 'only closed'],
    ['3 &lt; 4 &#233; &unknown; &#x110000;', '3 < 4 é &unknown; \uFFFD'],
    ['', ''],
  ])('turns %j into %j', (html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it('leaves elements out that it is told to, and what stands in them, however often they hold each other', () => {
    const html = '<nav>a<nav>b</nav>c</nav><p>d<h1>e</h1>f<NAV>g</NAV></nav>h<title>i</title>';
    expect(htmlToText(html, ['nav', 'h1'])).toBe('d\nf\nh');
    expect(htmlToText(html)).toBe('a\nb\nc\nd\ne\nf\ng\nh');
    expect(htmlToText('a<nav>b', ['nav'])).toBe('a');
  });

  it('reads markup that is nested a hundred thousand deep', () => {
    const depth = 100_000;
    expect(htmlToText(`${'<div><font>'.repeat(depth)}core${'</font></div>'.repeat(depth)}`)).toBe('core');
  });
});

describe('looksLikeHtml', () => {
  it('recognises markup that claims to be plain text', () => {
    expect(looksLikeHtml('<HTML><body>Hello')).toBe(true);
    expect(looksLikeHtml('<p>a<br>b<br>c<br><a href="x">d</a>')).toBe(true);
  });

  it('leaves text alone that mentions tags, addresses and comparisons', () => {
    expect(looksLikeHtml('Use <p> and <br> here, write to <ann@example.org>, if a<b and b>c')).toBe(false);
  });
});
