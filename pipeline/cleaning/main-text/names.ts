// What a site says of a part of its page by the words of its class and id: words as English and German sites write them, since
// those come with the systems that most sites run on, whatever language they write in; and what Korean ones call their parts,
// by systems of their own (GnuBoard, XpressEngine, Tistory) and by the usual abbreviations (gnb: global navigation bar).

/** What parts are called, from the one that says most to the one that says least. */
export interface PartNames {
  /** What readers wrote. */
  readonly isComments: boolean;
  /** Other texts of the site. */
  readonly isRelated: boolean;
  /** Says something of the text or the site: who wrote it, when, under which terms. */
  readonly isNotice: boolean;
  readonly isCaption: boolean;
  /** Leads elsewhere: menus, buttons, advertisements. */
  readonly isLinks: boolean;
  /** The first lines of this text or of another one. */
  readonly isTeaser: boolean;
  /** The text itself. */
  readonly isBody: boolean;
}

const CLASSES = 20; // of an element, that are looked at
const PARTS = 10; // of a class

/** `has-sidebar` says of a page that it has one, not that it is one; `tag-news` says what an article is about. */
const SAYS_OTHERWISE = new Set(
  'has no with without is not js category tag type status format hide show'.split(' '),
);

const words = (names: string): RegExp => new RegExp(`^(?:${names.replaceAll(' ', '|')})$`);
const beginnings = (names: string): RegExp => new RegExp(`^(?:${names.replaceAll(' ', '|')})`);

const COMMENTS = beginnings(
  'comment kommentar comentario nocomment disqus replies respond$ 댓글 reple$ cmt$ fdb$',
);
const RELATED = beginnings('related recommend empfehl breadcrumb navigation$ footer$ 관련 추천');
const CAPTION = beginnings('caption figcaption legend$ imagecopyright bildunterschrift 사진설명');
const TEASER = beginnings('teaser');
const LINKS = words(
  'nav menu share teilen social more mehr tags tag ad ads adv print noprint modal overlay promo sponsor topics ' +
    'gnb lnb snb fnb sns postbtn 공유 광고 메뉴',
);
const LINKS_TOO = beginnings(
  'navbar navigat sidebar sharing shariff social advert adsense sponsor promo banner subscri tagcloud taglist',
);
const NOTICE = words(
  'navi toc anzeige werbung bio meta date datum byline author autor autoren rating ratings skip popup pager paging login signup ' +
    'search copyright credit credits legend cookie consent gdpr ' +
    'gija reporter 기자 기자명 저작권 입력일',
);
const NOTICE_TOO = beginnings(
  'submenu crumbs masthead topbar cookie newsletter pagination pagenav toolbar outbrain taboola blogroll authorbox authorcard ' +
    'postmeta entrymeta backlink disclaimer copyright likes bookmark upsell readmore nextpost nextstory prevnext postnav credit footer',
);
const BODY =
  /(?:article|post|entry|story|news|blog|page|single|text)(?:body|content|text|copy|inhalt|main)|bodytext|^(?:entry|story)$|^(?:bovcon|bovatc|xecontent|rhymixcontent|semaincontainer|contentsstyle|articletxt|arttxt|newstxt|기사본문|본문)/;

/** @returns the words of each class, and of the id: `entryMeta--top` → entry, meta, top */
function wordsOf(label: string): string[][] {
  return label
    .split(/\s+/, CLASSES)
    .map((name) =>
      name
        .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
        .toLowerCase()
        .split(/[-_]+/, PARTS),
    )
    .filter(([first]) => !SAYS_OTHERWISE.has(first));
}

/** @param label classes and id, as a page tree has them */
export function readNames(label: string): PartNames {
  const names = wordsOf(label);
  const parts = names.flat();
  const says = (...patterns: RegExp[]): boolean =>
    parts.some((part) => patterns.some((pattern) => pattern.test(part)));
  return {
    isComments: says(COMMENTS),
    isRelated: says(RELATED),
    isNotice: says(NOTICE, NOTICE_TOO),
    isCaption: says(CAPTION),
    // Systems call each part of a text a widget too, and then say what it is of: `elementor-widget`.
    isLinks: says(LINKS, LINKS_TOO) || names.some(([first]) => first === 'widget'),
    isTeaser: says(TEASER),
    isBody: names.some((name) => BODY.test(name.join(''))),
  };
}
