import { describe, expect, it } from 'vitest';
import { stackExchangeSourceSchema } from '../../../contracts/model-spec/social-source.ts';
import type { Source } from '../../../sources/source.ts';
import { createStackExchangeSource } from '../../../sources/stack-exchange.ts';
import { describeSource } from '../../support/source-contract.ts';
import { openHost, status } from './api/host.ts';
import { pseudonymOf, socialContext } from './social/support.ts';
import { collectAll, cursorsOf, describeAll, lastCursor } from './support.ts';

const question = (id: number, seconds: number, fields: Record<string, unknown> = {}) => ({
  ...{ question_id: id, creation_date: seconds, title: `Why ${id}?`, body: '<p>Because', tags: ['grammar'] },
  ...{ link: `https://korean.stackexchange.com/questions/${id}/why`, content_license: 'CC BY-SA 4.0' },
  ...{ owner: { user_id: 7, display_name: 'Kim', user_type: 'registered' }, ...fields },
});

/** @param limit posts of an answer @param wrapper what else an answer says */
async function openSite(posts: readonly ReturnType<typeof question>[], limit = 2, wrapper: object = {}) {
  const all = [...posts];
  const host = await openHost(({ searchParams }) => {
    const isActivity = searchParams.get('sort') === 'activity';
    const timeOf = (it: Record<string, unknown>): number =>
      Number((isActivity && it['last_activity_date']) || it['creation_date']);
    const from = Number(searchParams.get(isActivity ? 'min' : 'fromdate') ?? 0);
    const found = all.filter((it) => timeOf(it) >= from).sort((a, b) => timeOf(a) - timeOf(b));
    const begin = (Number(searchParams.get('page')) - 1) * limit;
    const items = found.slice(begin, begin + limit);
    return {
      items,
      has_more: begin + limit < found.length,
      quota_max: 300,
      quota_remaining: 299,
      ...wrapper,
    };
  });
  return { ...host, posts: all };
}
type Site = Awaited<ReturnType<typeof openSite>>;

function open(site: Site, options: Record<string, unknown> = {}): Source {
  const spec = stackExchangeSourceSchema.parse({
    ...{
      kind: 'stack-exchange',
      name: 'qa',
      api: `${site.origin}/2.3`,
      site: 'korean',
      ...site.fields,
      ...options,
    },
  });
  return createStackExchangeSource(spec, socialContext(site));
}

const five = [question(1, 10), question(2, 20), question(3, 20), question(4, 20), question(5, 30)];

describeSource('stack-exchange', async () => {
  const site = await openSite(five);
  return {
    open: () => open(site),
    add: () => {
      site.posts.push(question(6, 30));
      return 'qa/6';
    },
  };
});

describe('stack-exchange', () => {
  it('brings every post once where more than an answer holds are of one second', async () => {
    const site = await openSite([...five, ...[7, 8, 9].map((id) => question(id, 20))]);
    expect((await describeAll(open(site))).sort()).toEqual([1, 2, 3, 4, 5, 7, 8, 9].map((id) => `qa/${id}`));
  });

  it('brings questions as HTML with the licence of each, under pseudonyms, and asks for what is named', async () => {
    const site = await openSite([
      question(1, 1_700_000_000),
      question(2, 1_700_000_001, { content_license: 'CC BY-SA 3.0', owner: { display_name: 'user1' } }),
    ]);
    const options = { tagged: ['grammar', 'c++'], since: '2023-11-14', key: 'U4DMV*8nvpm3EOpvf69Rxw((' };
    const host = 'korean.stackexchange';
    expect(await collectAll(open(site, options))).toMatchObject([
      {
        document: {
          ...{ uri: 'https://korean.stackexchange.com/questions/1/why', licence: 'CC-BY-SA-4.0' },
          author: await pseudonymOf(host, 'user 7'),
          content: { mediaType: 'text/html', data: '<h1>Why 1?</h1>\n<p>Because' },
        },
      },
      { document: { licence: 'CC-BY-SA-3.0', author: await pseudonymOf(host, 'user1') } },
    ]);
    expect(Object.fromEntries(site.asked[0].url.searchParams)).toMatchObject({
      ...{ site: 'korean', tagged: 'grammar;c++', fromdate: '1699920000', filter: 'withbody', order: 'asc' },
      key: options.key,
    });
  });

  it('brings answers under their own ids', async () => {
    const site = await openSite([question(1, 10, { answer_id: 50, title: undefined, link: undefined })]);
    expect(await collectAll(open(site, { posts: 'answers' }))).toMatchObject([
      {
        document: {
          id: 'qa/50',
          uri: 'https://korean.stackexchange.com/a/50',
          content: { data: '<p>Because' },
        },
      },
    ]);
    expect(site.asked[0].url.pathname).toBe('/2.3/answers');
  });

  it('brings so many posts in a run, and the others in the next', async () => {
    const source = open(await openSite(five), { maximumPosts: 3 });
    expect(await describeAll(source)).toEqual(['qa/1', 'qa/2', 'qa/3']);
    expect(await describeAll(source, await lastCursor(source))).toEqual(['qa/4', 'qa/5']);
  });

  it('brings posts again that were edited since, and not those that were only answered', async () => {
    const now = Date.parse('2026-01-02T03:04:05Z') / 1_000;
    const old = [1, 2, 3, 4].map((id) => question(id, id));
    const site = await openSite([...old, question(5, 5, { last_edit_date: 6, last_activity_date: now + 9 })]);
    let cursor = await lastCursor(open(site));
    expect(await describeAll(open(site), cursor)).toEqual([]);
    const edited = (seconds: number) => ({ last_edit_date: seconds, last_activity_date: seconds });
    site.posts.splice(
      0,
      3,
      question(1, 1, { ...edited(now + 20), last_activity_date: now + 40 }),
      question(2, 2, { ...edited(now + 30), body: '<p>Since' }),
      question(3, 3, { last_activity_date: now + 50 }),
    );
    site.posts.push(question(6, now + 60, edited(now + 70)));
    const items = await collectAll(open(site), cursor);
    expect(items.map((it) => 'document' in it && it.document.id)).toEqual(['qa/6', 'qa/2', 'qa/1']);
    const cursors = await cursorsOf(open(site), cursor);
    expect(await describeAll(open(site), cursors[1])).toEqual(['qa/1']);
    cursor = await lastCursor(open(site), cursor);
    site.posts[3] = question(4, 4, edited(now + 80));
    site.posts[site.posts.length - 1] = question(6, now + 60, edited(now + 90));
    expect(await describeAll(open(site), cursor)).toEqual(['qa/4', 'qa/6']);
  });

  it('backs off as long as an answer says, and ends for now where the quota is used up', async () => {
    const site = await openSite(five, 2, { backoff: 11 });
    expect(await describeAll(open(site))).toHaveLength(5);
    expect(new Set(site.waited)).toEqual(new Set([11_000]));
    const spent = open(await openSite(five, 2, { quota_remaining: 0 }));
    expect(await describeAll(spent)).toEqual([
      'qa/1',
      'qa/2',
      '2.3: asks for a longer pause than maximumWaitSeconds',
    ]);
    expect(await describeAll(open(await openSite(five, 2, { backoff: 999 })))).toHaveLength(3);
  });

  it('sets aside what has another shape, and says what the host refuses', async () => {
    const site = await openSite([question(1, 10, { body: 7 }), question(2, 20)]);
    expect(await describeAll(open(site))).toEqual([
      expect.stringContaining('a post of another shape'),
      'qa/2',
    ]);
    site.faults.push(status(400));
    await expect(collectAll(open(site))).rejects.toMatchObject({ type: 'InvalidInput' });
    site.faults.push({ items: 'none' });
    await expect(collectAll(open(site))).rejects.toThrow('answered in another shape at items');
  });
});
