// POST /v1/chat/completions, in the shapes of the OpenAI API. A version's own chat template makes a prompt of the messages.
import type { FastifyInstance } from 'fastify';
import { chatQuestionOf, chatRequestSchema } from './chat-schemas.ts';
import { createChatTexts } from './chat-texts.ts';
import type { HttpServerDependencies } from './route.ts';
import { parse } from './route.ts';
import { answerTexts } from './text-answer.ts';

export function addChatCompletions(server: FastifyInstance, dependencies: HttpServerDependencies): void {
  server.post('/v1/chat/completions', ({ body }, reply) => {
    const asked = parse(chatRequestSchema, body);
    return answerTexts(
      dependencies,
      {
        ...{ model: asked.model, user: asked.user ?? undefined, stream: asked.stream === true },
        withUsage: asked.stream_options?.include_usage === true,
        ...{ field: 'messages', prefix: 'chatcmpl' },
        objects: { whole: 'chat.completion', part: 'chat.completion.chunk' },
        questionFor: (version) => chatQuestionOf(asked, version),
        texts: createChatTexts(asked.n ?? 1),
      },
      reply,
    );
  });
}
