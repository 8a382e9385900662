// A wiki on loopback that answers as MediaWiki's Action API does (format version 2), written by its documentation.
import { openHost } from '../api/host.ts';

interface Page {
  readonly id: number;
  readonly title: string;
  revision: number;
  text: string;
  model: string;
  redirect: boolean;
}

const time = (seconds: number): string =>
  new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1_000).toISOString();

/** @param partSize entries of a part of a listing, and texts in one answer */
export async function openWiki(titles: readonly string[], partSize = 2) {
  const pages: Page[] = [];
  let revisions = 0;
  let later = 0; // seconds since the last revision
  const changes: { pageid: number; revid: number; redirect: boolean }[] = [];
  const write = (title: string, text: string, { model = 'wikitext', redirect = false } = {}): Page => {
    revisions += 1;
    let page = pages.find((it) => it.title === title);
    if (page === undefined) {
      page = { id: 100 - pages.length, title, revision: 0, text: '', model, redirect };
      pages.push(page);
    }
    Object.assign(page, { revision: revisions, text });
    changes.push({ pageid: page.id, revid: revisions, redirect });
    return page;
  };
  for (const title of titles) write(title, `'''${title}''' is a page.`);

  const siteinfo = () => ({
    general: { server: '//wiki.example.org', articlepath: '/wiki/$1', time: time(revisions + later) },
    namespaces: {
      0: { id: 0, name: '' },
      6: { id: 6, name: '자료', canonical: 'File' },
      14: { id: 14, name: '갈래', canonical: 'Category' },
    },
    namespacealiases: [{ id: 14, alias: '모둠' }],
    rightsinfo: { url: 'https://creativecommons.org/licenses/by-sa/4.0/deed.ko', text: 'CC BY-SA 4.0' },
  });

  const answer = ({ searchParams: asked }: URL): object => {
    const number = (name: string): number => Number(asked.get(name) ?? 0);
    if (asked.get('meta') === 'siteinfo') {
      const recentchanges = changes.slice(-1).map(({ revid }) => ({ type: 'edit', revid }));
      return { batchcomplete: true, query: { ...siteinfo(), recentchanges } };
    }
    if (asked.get('generator') === 'allpages') {
      const all = asked.get('gapnamespace') === '0' ? pages.filter(({ redirect }) => !redirect) : [];
      const ordered = [...all].sort((a, b) => (a.title < b.title ? -1 : 1));
      const begin = Math.max(
        0,
        ordered.findIndex(({ title }) => title >= (asked.get('gapcontinue') ?? '')),
      );
      const part = ordered.slice(begin, begin + partSize).map((it) => ({
        ...{ pageid: it.id, ns: 0, title: it.title, lastrevid: it.revision },
      }));
      const next = ordered.at(begin + partSize)?.title;
      if (part.length === 0) return { batchcomplete: true };
      const on = next === undefined ? {} : { continue: { gapcontinue: next, continue: 'gapcontinue||' } };
      return { ...on, query: { pages: part } };
    }
    if (asked.get('list') === 'recentchanges') {
      const since = Date.parse(asked.get('rcstart') ?? '');
      const found = changes.filter(({ revid, redirect }) => Date.parse(time(revid)) >= since && !redirect);
      const begin = number('rccontinue');
      const on =
        begin + partSize < found.length
          ? { continue: { rccontinue: String(begin + partSize), continue: '-||' } }
          : {};
      return {
        ...on,
        query: { recentchanges: found.slice(begin, begin + partSize).map((it) => ({ type: 'edit', ...it })) },
      };
    }
    const ids = (asked.get('pageids') ?? '').split('|').map(Number);
    const begin = number('rvcontinue');
    const found = ids.map((id, at) => {
      const page = pages.find((it) => it.id === id);
      if (page === undefined) return { pageid: id, missing: true };
      const main = { contentmodel: page.model, contentformat: 'text/x-wiki', content: page.text };
      const texts = [{ revid: page.revision, timestamp: time(page.revision), slots: { main } }];
      const isHere = at >= begin && at < begin + partSize;
      return { pageid: id, ns: 0, title: page.title, ...(isHere && { revisions: texts }) };
    });
    const on =
      begin + partSize < ids.length
        ? { continue: { rvcontinue: String(begin + partSize), continue: '||' } }
        : {};
    return { ...on, query: { pages: found } };
  };
  const host = await openHost(answer);
  /** Pages whose text was asked for. */
  const texts = (): string[] =>
    host.asked.flatMap(({ url }) =>
      url.searchParams.has('rvcontinue') ? [] : (url.searchParams.get('pageids')?.split('|') ?? []),
    );
  return { ...host, write, texts, pass: (seconds: number) => void (later += seconds) };
}
