// HTML in which text cannot become markup: the tag escapes whatever is put in, unless it is markup that the tag made.

/** Markup that was made by `html`, and may stand in a page as it is. */
export class Markup {
  readonly #markup: string;

  /** Only `html`, and what draws pictures itself, may call a string markup. */
  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

type Insertion = Markup | string | number | null | readonly Insertion[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Makes a text safe in element content and quoted attributes. Control characters, lone surrogates and the marks that
 * turn the direction of what follows become U+FFFD.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"'`]/g, (character) => ESCAPES[character]);
}

/**
 * Writes HTML; put attributes in quotes.
 * @example html`<p>${'<b>'}</p>` → <p>&lt;b&gt;</p>
 */
export function html(parts: TemplateStringsArray, ...insertions: readonly Insertion[]): Markup {
  return new Markup(
    parts.reduce((page, part, at) => page + (at === 0 ? '' : insert(insertions[at - 1])) + part, ''),
  );
}

function insert(insertion: Insertion): string {
  if (insertion === null) return '';
  if (insertion instanceof Markup) return insertion.toString();
  if (typeof insertion === 'string') return escapeHtml(insertion);
  if (typeof insertion === 'number') return escapeHtml(String(insertion));
  return insertion.map(insert).join('');
}
