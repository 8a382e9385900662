// POST /v1/feedback: what people say of an answer, whichever gateway gave it.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { FeedbackRecord } from '../contracts/observation.ts';
import { type FeedbackRequest, feedbackRequestSchema } from './feedback-schemas.ts';
import { OutboxRefusal } from './outbox/outbox.ts';
import { redactPersonalData } from './redaction.ts';
import type { HttpServerDependencies } from './route.ts';
import { find, HttpProblem, invalidRequest, parse } from './route.ts';
import type { ServedModel } from './served-model.ts';

/** The store may be away for longer than that; then a client asks again. */
const retryAfterSeconds = 10;

export function addFeedback(server: FastifyInstance, dependencies: HttpServerDependencies): void {
  server.post('/v1/feedback', async ({ body }, reply) => {
    const asked = parse(feedbackRequestSchema, body);
    const model = find(dependencies, asked.model);
    const told = recordOf(asked, model);
    const { prediction } = told;
    const text = writtenText(asked);
    const likelihoods =
      text === undefined ? undefined : await dependencies.accepted.score(model, prediction, text);
    const record = likelihoods ? { ...told, likelihoods } : told;
    const { id, replaces } = await dependencies.recordFeedback(asked.model, record).catch(refuse);
    return reply.status(202).send({
      ...{ object: 'feedback', id, response: prediction, prediction },
      ...(replaces !== undefined && { replaces }),
    });
  });
}

function refuse(error: unknown): never {
  if (!(error instanceof OutboxRefusal)) throw error;
  const message = `feedback cannot be written down: ${error.message}`;
  throw new HttpProblem(503, 'unavailable', message, { retryAfterSeconds });
}

/** A label is what a classification should have been, under either name. Texts are redacted before anyone keeps them. */
function recordOf(asked: FeedbackRequest, model: ServedModel): FeedbackRecord & { readonly id: string } {
  const { rating, preference, correction } = asked;
  const prediction = asked.response ?? asked.prediction ?? '';
  checkKinds(asked, kindOf(model, prediction, asked.response === undefined ? 'prediction' : 'response'));
  const label = asked.label ?? (correction && 'label' in correction ? correction.label : undefined);
  return {
    ...{ kind: 'feedback', id: `fb-${randomUUID()}`, prediction, at: new Date().toISOString() },
    ...(label !== undefined && { label }),
    ...(rating && { rating }),
    ...(preference && {
      preference: {
        chosen: sideOf(model, preference.chosen, 'preference.chosen.response'),
        rejected: sideOf(model, preference.rejected, 'preference.rejected.response'),
        ...(preference.tie && { tie: true }),
      },
    }),
    ...(correction && 'text' in correction && { correction: redactPersonalData(correction.text) }),
  };
}

/** @returns what somebody wrote, and holds for better than the answer */
function writtenText({ correction, preference }: FeedbackRequest): string | undefined {
  if (correction && 'text' in correction) return correction.text;
  if (!preference || preference.tie || !('text' in preference.chosen)) return undefined;
  return preference.chosen.text;
}

type Side = NonNullable<FeedbackRequest['preference']>['chosen'];

function sideOf(model: ServedModel, side: Side, param: string): Side {
  if ('text' in side) return { text: redactPersonalData(side.text) };
  kindOf(model, side.response, param);
  return side;
}

/** @throws HttpProblem 404 where no gateway can have given the id */
function kindOf({ model, responseIds }: ServedModel, id: string, param: string): string {
  const read = responseIds.read(id);
  if (read) return read.prefix;
  throw new HttpProblem(404, 'response_not_found', `no answer of ${model} has the id ${id}`, { param });
}

/** A label is said of a classification; another text, or a better one, of a text. */
function checkKinds({ label, correction, preference }: FeedbackRequest, prefix: string): void {
  const isText = prefix === 'cmpl' || prefix === 'chatcmpl';
  const isClassification = prefix === 'clf';
  const labels = label !== undefined || (correction !== undefined && 'label' in correction);
  const texts = preference !== undefined || (correction !== undefined && 'text' in correction);
  if (labels && !isClassification)
    throw invalidRequest('label: this answer is no classification, and has no label', { param: 'label' });
  if (texts && !isText)
    throw invalidRequest('this answer is no text: expected a label, or a rating', {
      param: preference ? 'preference' : 'correction',
    });
}
