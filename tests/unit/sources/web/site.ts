// A web site on loopback with pages that a test writes, what it was asked for, and a crawler of it whose clock does not wait.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { webSourceSchema } from '../../../../contracts/model-spec/collection.ts';
import type { Source } from '../../../../sources/source.ts';
import { createWebSource, type WebContext } from '../../../../sources/web.ts';
import { createTestClock, openLoopback } from '../../../support/loopback.ts';

export type Page = string | ((request: IncomingMessage, response: ServerResponse, visit: number) => unknown);

export interface Site {
  readonly origin: string;
  readonly pages: Map<string, Page>;
  /** Paths in the order in which they were asked for; robots.txt left out. */
  readonly asked: string[];
  /** Pauses of the crawler, in milliseconds. */
  readonly waited: number[];
  /** Of sources whose clock does not wait. */
  readonly context: WebContext;
  readonly source: (options?: Record<string, unknown>) => Source;
}

/** Pages are HTML where they begin with `<`, else plain text; a path that is not there answers 404. */
export async function openSite(pages: Readonly<Record<string, Page>>): Promise<Site> {
  const all = new Map(Object.entries(pages));
  const asked: string[] = [];
  const { waited, context } = createTestClock();
  const visits = new Map<string, number>();
  const origin = await openLoopback((request, response) => {
    const path = request.url ?? '';
    if (path !== '/robots.txt') asked.push(path);
    const visit = (visits.get(path) ?? 0) + 1;
    visits.set(path, visit);
    const page = all.get(path);
    if (typeof page === 'function') page(request, response, visit);
    else if (page === undefined) response.writeHead(404).end();
    else
      response
        .writeHead(200, { 'content-type': page.startsWith('<') ? 'text/html' : 'text/plain' })
        .end(page);
  });
  const source = (options: Record<string, unknown> = {}): Source => {
    const spec = webSourceSchema.parse({
      ...{ kind: 'web', name: 'site', seeds: [`${origin}/`], delaySeconds: 0, sitemaps: false },
      ...{ allowPrivateHosts: ['127.0.0.1'], ...options },
    });
    return createWebSource(spec, context);
  };
  return { origin, pages: all, asked, waited, context, source };
}

/** @returns a page with links to paths */
export function links(...paths: readonly string[]): string {
  return `<p>${paths.map((path) => `<a href="${path}">${path}</a>`).join('')}`;
}
