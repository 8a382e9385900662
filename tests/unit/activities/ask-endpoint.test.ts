// Against a real server on loopback, which answers in the shapes that OpenAI documents, and fails as servers do.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { askEndpoint, type Endpoint } from '../../../activities/ask-endpoint.ts';
import type { Dataset } from '../../../contracts/dataset-evaluation.ts';
import { openLoopback } from '../../support/loopback.ts';

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}
type Reply = (asked: Asked, response: ServerResponse, attempt: number) => void;

async function serve(reply: Reply): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'];
    const one = { path: request.url ?? '', authorization: request.headers.authorization, body };
    const attempt = asked.filter((it) => JSON.stringify(it.body) === JSON.stringify(body)).length;
    asked.push(one);
    reply(one, response, attempt);
  };
  const origin = await openLoopback((request, response) => void answer(request, response));
  return { url: `${origin}/v1`, asked };
}

const says =
  (value: unknown): Reply =>
  (_asked, response) =>
    response.end(JSON.stringify(value));
const chat = (content: string | null) => ({ choices: [{ message: { role: 'assistant', content } }] });

const mails: Dataset = {
  kind: 'labels',
  lines: [
    { text: 'win money', label: 'spam' },
    { text: 'see you', label: 'ham' },
  ],
};
const questions: Dataset = {
  kind: 'answers',
  lines: [{ prompt: 'Seoul is the capital of', answer: 'Korea' }],
};

function ask(url: string, dataset: Dataset, overrides: Partial<Endpoint> = {}, environment = {}) {
  const counted: number[] = [];
  const given = askEndpoint(
    { kind: 'endpoint', url, model: 'some-model', interface: 'chat', ...overrides },
    {
      ...{ dataset, maximumTokens: 8, environment, signal: new AbortController().signal },
      onAnswered: (count) => counted.push(count),
    },
  );
  return given.then((it) => ({ given: it, counted }));
}

describe('an endpoint', () => {
  it('is asked by chat for one of the labels, which is found in its answer', async () => {
    const { url, asked } = await serve(({ body }, response) => {
      const [{ content }] = body['messages'] as { content: string }[];
      response.end(
        JSON.stringify(chat(content.includes('win money') ? ' "Spam".' : 'HAM\nsince it is friendly')),
      );
    });
    const { given, counted } = await ask(`${url}/`, mails);
    expect(given).toEqual([{ label: 'spam' }, { label: 'ham' }]);
    expect(counted).toEqual([1, 2]);
    expect(asked[0]).toMatchObject({
      path: '/v1/chat/completions',
      body: { model: 'some-model', max_tokens: 8, temperature: 0 },
    });
    expect(JSON.stringify(asked[0].body)).toContain('Labels: ham, spam');
  });

  it('is asked for a completion, or by Coppice’s own interface for labels with probabilities', async () => {
    const completing = await serve(says({ choices: [{ text: ' Korea' }] }));
    expect((await ask(completing.url, questions, { interface: 'completions' })).given).toEqual([
      { text: ' Korea' },
    ]);
    expect(completing.asked[0]).toMatchObject({
      path: '/v1/completions',
      body: { prompt: 'Seoul is the capital of' },
    });
    const label = { label: 'ham', probabilities: { ham: 0.9, spam: 0.1 } };
    const classifying = await serve(says({ ...label, object: 'classification' }));
    expect((await ask(classifying.url, mails, { interface: 'classifications' })).given).toEqual([
      label,
      label,
    ]);
  });

  it('gets its key in a header, from the environment of whoever asks', async () => {
    const { url, asked } = await serve(says(chat('ham')));
    await ask(url, mails, { keyVariable: 'SOME_KEY' }, { SOME_KEY: 'a secret' });
    expect(asked[0].authorization).toBe('Bearer a secret');
    await expect(ask(url, mails, { keyVariable: 'SOME_KEY' })).rejects.toThrow('no variable SOME_KEY');
  });

  it('is asked again after 429, 503 and a broken connection, and answers then', async () => {
    const { url } = await serve((asked, response, attempt) => {
      if (attempt === 0) response.writeHead(429).end();
      else if (attempt === 1) response.destroy();
      else says(chat('spam'))(asked, response, attempt);
    });
    expect((await ask(url, mails)).given).toEqual([{ label: 'spam' }, { label: 'spam' }]);
  }, 30_000);

  it.each<[string, Reply, string]>([
    ['refuses', (_asked, response) => response.writeHead(401).end('no'), 'status 401'],
    ['answers something else', says({ hello: 'world' }), 'an answer of another shape'],
    ['answers no JSON', (_asked, response) => response.end('<html>'), 'an answer of another shape'],
    ['gives no label', says(chat('I cannot tell.')), 'no label in the answer'],
    ['says nothing', says(chat(null)), 'no label in the answer'],
  ])('that %s is a reason and no failure', async (_what, reply, failure) => {
    const { url, asked } = await serve(reply);
    expect((await ask(url, mails)).given).toEqual([{ failure }, { failure }]);
    expect(asked).toHaveLength(2); // none is asked twice
  });

  it('that answers without end is cut off', async () => {
    const { url } = await serve((_asked, response) => {
      const more = () => {
        while (response.write('x'.repeat(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    expect((await ask(url, questions)).given).toEqual([{ failure: 'no answer (TOO_LONG)' }]);
  }, 30_000);

  it('is not asked for texts by an interface that gives labels', async () => {
    const { url, asked } = await serve(says({}));
    await expect(ask(url, questions, { interface: 'classifications' })).rejects.toThrow('gives labels');
    expect(asked).toEqual([]);
  });
});
