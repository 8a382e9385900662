// Routes of preference studies: the API, and the page on which people judge.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  judgementRequestSchema,
  studyNameSchema,
  studyRequestSchema,
} from '../contracts/preference-study.ts';
import { renderStudyPage } from './pages/study-page.ts';
import type { Preferences } from './preferences.ts';

const params = z.object({ study: studyNameSchema });
const nextQuery = z.object({ by: z.string().trim().min(1).max(100) });

/** Ten thousand prompts with two answers of some sentences. */
const bodyLimit = 64 * 1024 * 1024;

export function addPreferenceRoutes(server: FastifyInstance, preferences: Preferences): void {
  const refuse = (statusCode: number, message: string): never => {
    throw Object.assign(new Error(message), { statusCode });
  };
  const nameOf = (request: { params: unknown }): string => params.parse(request.params).study;
  const found = <T>(name: string, value: T | undefined): T =>
    value ?? refuse(404, `there is no study ${name}`);

  server.get('/api/studies', () => preferences.names());
  server.post('/api/studies', { bodyLimit }, async (request) => {
    const study = studyRequestSchema.parse(request.body);
    if (!(await preferences.create(study))) refuse(409, `there is a study ${study.name} already`);
    return found(study.name, await preferences.state(study.name));
  });
  server.get('/api/studies/:study', async (request) => {
    const name = nameOf(request);
    return found(name, await preferences.state(name));
  });
  server.get('/api/studies/:study/next', async (request) => {
    const name = nameOf(request);
    return found(name, await preferences.next(name, nextQuery.parse(request.query).by));
  });
  server.post('/api/studies/:study/judgements', async (request) => {
    const name = nameOf(request);
    const judgement = judgementRequestSchema.parse(request.body);
    if (!found(name, await preferences.judge(name, judgement)))
      refuse(422, `the study ${name} has no such answers to ${judgement.item}`);
    return found(name, await preferences.next(name, judgement.by));
  });
  server.get('/api/studies/:study/pairs', async (request) => {
    const name = nameOf(request);
    return found(name, await preferences.pairs(name));
  });
  server.get('/studies/:study', async (request, reply) => {
    const name = nameOf(request);
    const state = found(name, await preferences.state(name));
    return reply.type('text/html; charset=utf-8').send(renderStudyPage(state));
  });
}
