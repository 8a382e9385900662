import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html } from '../../../../../pipeline/evaluation/report/html.ts';

describe('html', () => {
  it('escapes what is put in, and keeps what it made itself', () => {
    const inner = html`<b title="${'"&'}">${'<i>'}</b>`;
    expect(html`<p>${inner}${[inner, 'x>']}${null}${1.5}</p>`.toString()).toBe(
      '<p><b title="&quot;&amp;">&lt;i&gt;</b><b title="&quot;&amp;">&lt;i&gt;</b>x&gt;1.5</p>',
    );
  });

  it('replaces what would break or turn the page around', () => {
    expect(escapeHtml('a\0b\u001b[1m\ud800\u202egnp.exe')).toBe('a\ufffdb\ufffd[1m\ufffd\ufffdgnp.exe');
    expect(escapeHtml('tab\tand\nline, 한글 and 🌱 stay')).toBe('tab\tand\nline, 한글 and 🌱 stay');
  });

  it('lets no text open a tag, close an attribute or start an entity', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"'`]/);
        expect(escaped.replace(/&(amp|lt|gt|quot|#39|#96);/g, '')).not.toContain('&');
      }),
    );
  });
});
