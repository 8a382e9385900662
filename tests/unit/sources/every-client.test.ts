// What is promised of every client that asks a host: patience, bounds, no way inside, secrets in headers alone, and what
// each document carries.
import type { ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { collectedDocumentSchema } from '../../../contracts/document.ts';
import { Secret } from '../../../settings/secret.ts';
import { digestOf } from '../../../sources/content.ts';
import type { CollectedItem, Source } from '../../../sources/source.ts';
import { openLoopback } from '../../support/loopback.ts';
import { type Answer, type Host, openHost, status } from './api/host.ts';
import { clients, said } from './clients.ts';
import { collectAll } from './support.ts';

const hangul = new Map<string, Buffer>();
for (let high = 0xb0; high <= 0xc8; high += 1)
  for (let low = 0xa1; low <= 0xfe; low += 1)
    hangul.set(new TextDecoder('euc-kr').decode(Uint8Array.of(high, low)), Buffer.from([high, low]));

/** @returns a text as Korean was written before UTF-8 */
const eucKr = (text: string): Buffer =>
  Buffer.concat(Array.from(text, (character) => hangul.get(character) ?? Buffer.from(character)));

const endless = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/html' });
  const write = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
    if (!response.destroyed) response.once('drain', write);
  };
  write();
};

const reset: Answer = (_, { socket }) => socket.resetAndDestroy();

/** @returns what came, and how it ended where it failed */
async function outcome(source: Source): Promise<{ items: CollectedItem[]; told: string }> {
  const items: CollectedItem[] = [];
  let failure = '';
  try {
    for await (const item of source.collect(undefined, new AbortController().signal)) items.push(item);
  } catch (error) {
    failure = `${(error as Error).message} ${(error as Error).stack} ${JSON.stringify(error)}`;
  }
  const reasons = items.map((item) =>
    'problem' in item ? `${item.problem.uri} ${item.problem.reason}` : '',
  );
  return { items, told: `${reasons.join('\n')}${failure}` };
}

const documentsOf = (items: readonly CollectedItem[]) =>
  items.flatMap((item) => ('document' in item ? [item.document] : []));

describe.each(Object.entries(clients))('%s', (_, client) => {
  /** A host that has no rules, and of everything else what the client reads, or a fault where there is one. */
  async function world({ declared = 'utf-8', actual = 'utf-8', fault }: World = {}) {
    const host = await openHost((url) => {
      if (url.pathname === '/robots.txt') return status(404);
      const answer = client.answer(url, declared);
      if (answer === undefined) return status(404);
      const [mediaType, body] = answer;
      const bytes = actual === 'euc-kr' ? eucKr(body) : Buffer.from(body);
      return fault ?? ((response) => response.writeHead(200, { 'content-type': mediaType }).end(bytes));
    });
    const open = (fields: Record<string, unknown> = {}, context = {}): Source =>
      client.create(
        { name: 'source', ...client.fields(host.origin), ...host.fields, ...fields },
        host,
        context,
      );
    return { host, open };
  }
  interface World {
    readonly declared?: string;
    readonly actual?: 'utf-8' | 'euc-kr';
    readonly fault?: Answer;
  }
  const asked = ({ asked: all }: Host) => all.filter(({ url }) => url.pathname !== '/robots.txt');

  it('brings documents with address, digest, source, time of collection, and the licence that is written down', async () => {
    const { open } = await world();
    const documents = documentsOf(await collectAll(open({ licence: 'CC0-1.0' })));
    expect(documents).toHaveLength(1);
    const [document] = documents.map((it) => collectedDocumentSchema.parse(it));
    expect(document.content.data).toContain(said);
    expect(document).toMatchObject({ source: 'source', licence: 'CC0-1.0' });
    const itself = [document.content.data, said].map((text) => digestOf(Buffer.from(text))); // a wiki's: of its wikitext
    expect(itself).toContain(document.digest);
    expect(URL.canParse(document.uri) || document.uri.startsWith('oai:')).toBe(true);
  });

  it('waits as 429 and 503 ask it to, and asks again', async () => {
    const { host, open } = await world();
    host.faults.push(status(429, { 'retry-after': '7' }), status(503, { 'retry-after': '3' }));
    expect(documentsOf(await collectAll(open()))).toHaveLength(1);
    expect(host.waited).toEqual([7_000, 3_000]);
  });

  it('asks again where a connection was reset, and ends where each one is', async () => {
    const { host, open } = await world();
    host.faults.push(reset, reset);
    expect(documentsOf(await collectAll(open()))).toHaveLength(1);
    const broken = await world({ fault: reset });
    const { items, told } = await outcome(broken.open());
    expect(documentsOf(items)).toEqual([]);
    expect(told).toMatch('unreachable');
    expect(asked(broken.host)).toHaveLength(3);
  });

  it('reads a body without end to its limit', async () => {
    const { open } = await world({ fault: endless });
    const { items, told } = await outcome(open({ [client.limit ?? 'maximumReplyBytes']: 200_000 }));
    expect(documentsOf(items)).toEqual([]);
    expect(told).toMatch('larger than 200000 bytes');
  });

  it('ends a circle of redirects', async () => {
    const { host, open } = await world({
      fault: (response, { url }) => response.writeHead(302, { location: url }).end(),
    });
    const { items, told } = await outcome(open());
    expect(documentsOf(items)).toEqual([]);
    expect(told).toMatch(/redirects/);
    expect(asked(host).length).toBeLessThanOrEqual(6);
  });

  it('reads Korean as it was written before UTF-8, labelled or labelled wrongly', async () => {
    for (const declared of ['euc-kr', 'utf-8']) {
      const { open } = await world({ declared, actual: 'euc-kr' });
      const texts = documentsOf(await collectAll(open())).map(({ content }) => content.data);
      expect(texts).toEqual([expect.stringContaining(said)]);
    }
  });

  it('asks no address that is not public, whether it is written so or a name leads there', async () => {
    const { host, open } = await world();
    for (const name of ['127.0.0.1', 'localhost', '[::1]', '169.254.169.254', '10.0.0.1']) {
      const origin = host.origin.replace('127.0.0.1', name);
      const { items, told } = await outcome(open({ ...client.fields(origin), allowPrivateHosts: [] }));
      expect(documentsOf(items)).toEqual([]);
      expect(told).toMatch('not public');
    }
    expect(host.asked).toEqual([]);
    const named = {
      ...client.fields(host.origin.replace('127.0.0.1', 'localhost')),
      allowPrivateHosts: ['localhost'],
    };
    expect(documentsOf(await collectAll(open(named)))).toHaveLength(1);
  });

  it('follows no redirect to such an address, nor takes its token elsewhere', async () => {
    let inside = 0;
    const other = await openLoopback((_request, response) => {
      inside += 1;
      response.end('secret');
    });
    for (const target of [other.replace('127.0.0.1', 'localhost'), 'http://169.254.169.254']) {
      const { open } = await world({ fault: status(302, { location: `${target}/latest/` }) });
      const { items, told } = await outcome(open());
      expect(documentsOf(items)).toEqual([]);
      expect(told).toMatch(/redirects|not public/);
    }
    expect(inside).toBe(0);
  });

  it(
    client.takesToken === true ? 'sends a token as a header alone, and says nothing of it' : 'takes no token',
    async () => {
      const secrets = (): Secret => new Secret('t0ken');
      const { host, open } = await world();
      if (client.takesToken !== true) {
        expect(() => open({ tokenVariable: 'COPPICE_SOURCE_X' })).toThrow('tokenVariable');
        return;
      }
      const source = open({ tokenVariable: 'COPPICE_SOURCE_X' }, { secrets });
      const { items } = await outcome(source);
      expect(documentsOf(items)).toHaveLength(1);
      expect(new Set(host.asked.map(({ headers }) => headers.authorization))).toEqual(
        new Set(['Bearer t0ken']),
      );
      const kept = items.map(({ cursor }) => Buffer.from(cursor().seen, 'base64'));
      const urls = host.asked.map(({ url }) => url.href);
      expect(JSON.stringify([items, kept.map((it) => gunzipSync(it).toString()), urls])).not.toContain(
        't0ken',
      );
      for (const fault of [status(401), status(500), reset, '{']) {
        host.faults.push(fault, fault, fault);
        const { told } = await outcome(source);
        host.faults.length = 0;
        expect(told).not.toBe('');
        expect(told).not.toContain('t0ken');
      }
    },
  );
});
