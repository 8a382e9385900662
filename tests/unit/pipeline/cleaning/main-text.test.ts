import { describe, expect, it } from 'vitest';
import { cleaningStepSchema } from '../../../../contracts/model-spec/cleaning.ts';
import { mainText } from '../../../../pipeline/cleaning/main-text.ts';
import { createRecipe } from '../../../../pipeline/cleaning/recipe.ts';
import { createStripRepeatedLines } from '../../../../pipeline/cleaning/strip-repeated-lines.ts';
import { openDocument } from '../../../../pipeline/cleaning/working-document.ts';
import { collected } from './documents.ts';

const english =
  'The committee met on Tuesday, and after two hours of debate, it agreed on a plan for the old harbour.';
const korean = '위원회는 화요일에 모여, 두 시간 동안 논의한 끝에, 옛 항구에 대한 계획에 합의했다고 밝혔다.';

/** A page with an article of five paragraphs and what usually stands around one. */
function page(paragraph: string, { around = '' } = {}): string {
  return `<!doctype html><html><head><title>Title</title><style>.x{}</style></head><body>
    <div id="top"><ul class="menu"><li><a href="/">Home page</a><li><a href="/news">Newest news</a></ul></div>
    <div class="content"><h1>The harbour</h1>${`<p>${paragraph} <a href="/x">More</a> <b>on</b> it.</p>`.repeat(5)}
    <pre>one &lt;two&gt; &amp; three</pre></div>
    <div class="related"><h3>Related</h3><ul><li><a href="/1">An old story about ships</a></ul></div>
    ${around}<footer>All rights reserved <script>track()</script></footer></body></html>`;
}

describe('main-text', () => {
  it.each([
    ['English', english],
    ['Korean', korean],
  ])('keeps the article of a page in %s and leaves out what stands around it', (_, paragraph) => {
    const text = mainText(page(paragraph));
    expect(text).toContain('The harbour');
    expect(text.split('\n').filter((line) => line === `${paragraph} More on it.`)).toHaveLength(5);
    expect(text).toContain('one <two> & three');
    expect(text).not.toMatch(/Home page|Newest|Related|ships|rights|track/);
  });

  it('leaves out blocks of links between blocks of text', () => {
    const cells = Array.from({ length: 30 }, (_, at) => `<section><div>${english} ${at}</div></section>`);
    const links = '<section><div><a href="/a">one link</a> <a href="/b">another link</a></div></section>';
    const text = mainText(`<body>${cells.join(links)}</body>`);
    expect(text.match(/committee/g)).toHaveLength(30);
    expect(text).not.toContain('another link');
  });

  const body = `<div class="entry-content">${`<p>${english}</p>`.repeat(4)}</div>`;

  it.each([
    [
      'comments, as long as they are',
      `<div class="blog_comments">${`<p>${english} Agreed.</p>`.repeat(8)}</div>`,
    ],
    ['a caption', '<figure><img src="x"><figcaption>The harbour at night, Agreed</figcaption></figure>'],
    ['who wrote it, and when', '<p class="post-meta">Agreed on Tuesday by the editor</p>'],
    ['a teaser of another text', '<div class="teaser"><p>They Agreed. <a href="/2">Read on</a></p></div>'],
    ['other texts', `<ul class="relatedPosts"><li><p>${english} Agreed.</p></li></ul>`],
    ['what is written in capitals within a name', '<div class="sectionNewsletterBox">Agreed to mails</div>'],
    ['a heading of what is left out', '<h3>Agreed</h3><ul><li><a href="/1">One more text</a></li></ul>'],
    ['a line after the last sentence', '<p>Agreed</p>'],
  ])('leaves out %s', (_, part) => {
    const text = mainText(`<body><h1>The harbour</h1>${body}${part}</body>`);
    expect(text.split('\n')).toEqual(['The harbour', ...Array.from({ length: 4 }, () => english)]);
    expect(
      mainText(`<body><div><h1>Title</h1>${body.replace('</div>', `${part}</div>`)}</div></body>`),
    ).not.toContain('Agreed');
  });

  it.each([
    [
      'a lead above the text',
      `<header><h1>Title</h1><div class="teaser"><p>${english} Lead.</p></div></header>`,
    ],
    ['a lead under a title that is no h1', `<div><h2>Title</h2><p>${english} Lead.</p></div>`],
    ['a lead without a title', `<div><p>${english} Lead.</p></div>`],
  ])('keeps %s', (_, lead) => {
    const text = mainText(`<body><nav><a href="/">Home page</a></nav>${lead}${body}</body>`);
    expect(text).toContain('Lead.');
    expect(text).not.toContain('Home');
  });

  it.each([
    ['a newspaper', 'article_txt', ['댓글-목록', 'reple_box', 'sns_area', 'gija-info', '관련기사', '저작권']],
    ['GnuBoard', 'bo_v_con', ['gnb', 'lnb_menu', 'fnb', 'cmt_list']],
    ['XpressEngine', 'xe_content', ['fdb_lst', '추천글', '광고', '메뉴']],
    ['Tistory', 'contents_style', ['container_postbtn', '기자명', '사진설명']],
  ])('reads the names that Korean sites give to their parts, as %s does', (_, body, others) => {
    const around = others.map(
      (name) => `<div class="${name}"><p>${korean.replace('위원회', '다른 글')}</p></div>`,
    );
    const half = Math.ceil(around.length / 2);
    const text = mainText(
      `<body>${around.slice(0, half).join('')}<div id="${body}"><h1>항구</h1>${`<p>${korean}</p>`.repeat(3)}</div>
       ${around.slice(half).join('')}</body>`,
    );
    expect(text.split('\n')).toEqual(['항구', korean, korean, korean]);
  });

  it('keeps a box of text that is called a sidebar, and a list at the end of a text', () => {
    const box = `<div class="sidebar"><p>${english} ${english} Boxed.</p></div>`;
    const text = mainText(
      `<body><div class="text"><p>${english}</p>${box}${`<p>${english}</p>`.repeat(9)}<ul><li>one<li>two</ul></div></body>`,
    );
    expect(text).toContain('Boxed.');
    expect(text).toMatch(/one\ntwo$/);
  });

  it('takes an article for the text, however many teasers stand beside it', () => {
    const other = `<section><div><p>${english} Other.</p></div></section>`;
    const article = `<article><h1>Title</h1>${`<p>${english}</p>`.repeat(6)}</article>`;
    expect(mainText(`<body><div>${article}${other.repeat(4)}</div></body>`)).not.toContain('Other');
  });

  it('reads what its names leave out where nearly nothing else is there', () => {
    const text = mainText(`<body><div class="comments"><p>${english}</p></div><p>Hello</p></body>`);
    expect(text).toContain(english);
  });

  it('does not read aloud what is written above Chinese characters', () => {
    expect(mainText('<p>子<rt>こ</rt>ども</p>')).toBe('子ども');
  });

  it('takes a page that is called a sidebar as a whole for its text', () => {
    const text = mainText(`<body><div class="sidebar">${`<p>${english}</p>`.repeat(4)}</div></body>`);
    expect(text.match(/committee/g)).toHaveLength(4);
  });

  it('says all there is of a page with a few words, and nothing of an empty one', () => {
    expect(mainText('<p>Hello<br>there <a href="/">you</a>')).toBe('Hello\nthere you');
    expect(mainText('')).toBe('');
  });

  it('does not show what is hidden, nor what stands in a part that was never closed', () => {
    const text = mainText(
      page(english, { around: '<div hidden>secret<p>more secret</div><p>visible, after all' }),
    );
    expect(text).not.toContain('secret');
    expect(mainText(`<div><script>x</div><p>${english}`)).toBe('');
  });

  it('leaves a text that is no page alone', async () => {
    const { clean } = createRecipe([{ step: 'main-text' }]);
    expect(await clean(collected('if a < b, all is well'))).toMatchObject({
      document: { text: 'if a < b, all is well' },
    });
  });

  it.each([
    ['deep elements', `${'<div>'.repeat(200_000)}text`],
    ['deep text', '<div>word '.repeat(50_000)],
    ['deep tables', '<table><tr><td>cell '.repeat(30_000)],
    ['deep navigation', '<nav>word '.repeat(50_000)],
    ['nested links', '<a href=x>word '.repeat(50_000)],
    ['open lists', '<ul><li>word '.repeat(20_000)],
    ['line breaks', 'a<br>'.repeat(200_000)],
    ['empty lines', 'a<br><br>'.repeat(100_000)],
    ['closing tags', `</div></p>`.repeat(100_000)],
    ['a class', `<div class="${'a-'.repeat(500_000)}">x</div>`],
    ['a style', `<div style="${'display: '.repeat(100_000)}">x</div>`],
    ['paragraphs', `<p>${english}</p>`.repeat(7_900)],
    ['more paragraphs', `<p>${english}</p>`.repeat(20_000)],
    ['quotation marks', `<p>${'"'.repeat(500_000)}</p>`],
    ['names', `<div class="comment-${'xY'.repeat(20)} a">x</div>`.repeat(20_000)],
    ['spaces in a class', `<div class="${' '.repeat(1_000_000)}">x</div>`],
    ['headings', '<h2>word</h2>'.repeat(50_000)],
    ['articles in each other', '<article>word '.repeat(50_000)],
  ])(
    'comes to an end, without overflowing the stack, on a page of %s',
    (_, html) => {
      expect(mainText(html).length).toBeLessThanOrEqual(html.length);
    },
    120_000,
  );
});

describe('strip-repeated-lines', () => {
  const cleaned = async (pages: readonly (readonly [string, string])[], options = { pages: 2 }) => {
    const { clean } = createRecipe([{ step: 'strip-repeated-lines', ...options }]);
    const texts: string[] = [];
    for (const [uri, text] of pages) {
      const outcome = await clean({ ...collected(text), uri });
      texts.push(outcome.outcome === 'kept' ? outcome.document.text : outcome.reason);
    }
    return texts;
  };

  it('takes out a line that pages of the host had before, as often as it is told to wait', async () => {
    const notice = '이 페이지를 인쇄하기';
    const pages = [1, 2, 3, 4].map(
      (at) => [`https://example.org/${at}`, `page ${at}\n${notice}\n\n`] as const,
    );
    expect(await cleaned(pages)).toEqual([
      ...[1, 2].map((at) => `page ${at}\n${notice}\n\n`),
      ...[3, 4].map((at) => `page ${at}\n\n`),
    ]);
  });

  it('counts a line once a page, each host by itself, and packages by their source', async () => {
    const twice = 'line\nline';
    expect(await cleaned(['a', 'b'].map((host) => [`https://${host}.org/`, twice] as const))).toEqual([
      twice,
      twice,
    ]);
    const uris = [
      'https://a.org/1',
      'https://a.org/2',
      'https://b.org/1',
      'https://a.org/3',
      'pkg:deb/x@1#f',
    ];
    expect(await cleaned(uris.map((uri) => [uri, `${twice}\n`] as const))).toEqual([
      ...[`${twice}\n`, `${twice}\n`, `${twice}\n`, 'only-repeated-lines', `${twice}\n`],
    ]);
  });

  it('forgets lines that have not come for long, so that its memory has a bound', () => {
    const step = createStripRepeatedLines({ pages: 1, most: 2 });
    const isKept = (text: string) => step(openDocument(collected(text))) as unknown;
    for (const text of ['often', 'a', 'b', 'c']) expect(isKept(text)).toEqual({ decision: 'keep' });
    expect(isKept('c')).toEqual({ decision: 'drop', reason: 'only-repeated-lines' });
    expect(isKept('often')).toEqual({ decision: 'keep' });
  });

  it.each([0, 1.5, 1_001, 'three'])('is refused with %j pages', (pages) => {
    const { error } = cleaningStepSchema.safeParse({ step: 'strip-repeated-lines', pages });
    expect(error?.issues.map(({ path }) => path[0])).toEqual(['pages']);
  });
});
