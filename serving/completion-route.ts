// POST /v1/completions, in the shapes of the OpenAI API.
import type { FastifyInstance } from 'fastify';
import { completionRequestSchema, promptsOf, questionOf } from './completion-schemas.ts';
import { createTexts } from './completion-texts.ts';
import type { HttpServerDependencies } from './route.ts';
import { parse } from './route.ts';
import { answerTexts } from './text-answer.ts';

export function addCompletions(server: FastifyInstance, dependencies: HttpServerDependencies): void {
  server.post('/v1/completions', ({ body }, reply) => {
    const asked = parse(completionRequestSchema, body);
    const question = questionOf(asked);
    const { choices } = question;
    return answerTexts(
      dependencies,
      {
        ...{ model: asked.model, user: asked.user ?? undefined, stream: asked.stream === true },
        withUsage: asked.stream_options?.include_usage === true,
        ...{ field: 'prompt', prefix: 'cmpl' },
        objects: { whole: 'text_completion', part: 'text_completion' },
        questionFor: () => question,
        texts: createTexts(promptsOf(asked), { choices, echo: asked.echo === true }),
      },
      reply,
    );
  });
}
