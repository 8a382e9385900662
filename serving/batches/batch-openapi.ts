// Files and batches in the gateway's OpenAPI document.
import { z } from 'zod';
import { batchSchema, createBatchSchema, fileSchema } from './batch-schemas.ts';

const page = <T extends z.ZodType>(item: T) =>
  z.object({
    ...{ object: z.literal('list'), data: z.array(item), has_more: z.boolean() },
    ...{ first_id: z.string().nullable(), last_id: z.string().nullable() },
  });
const removedSchema = z.object({ id: z.string(), object: z.literal('file'), deleted: z.literal(true) });

export const batchSchemas = {
  File: z.toJSONSchema(fileSchema),
  FileList: z.toJSONSchema(page(fileSchema)),
  RemovedFile: z.toJSONSchema(removedSchema),
  BatchRequest: z.toJSONSchema(createBatchSchema, { io: 'input' }),
  Batch: z.toJSONSchema(batchSchema),
  BatchList: z.toJSONSchema(page(batchSchema)),
};
type Name = keyof typeof batchSchemas;

/** The words of serving/openapi.ts. */
interface Words {
  readonly body: (name: Name) => object;
  readonly answer: (description: string, name: Name) => object;
  readonly problem: (description: string) => object;
  readonly headers: object;
  readonly misuse: Readonly<Record<'400' | '404' | '408' | '413' | '415' | '503', object>>;
}

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', minLength: 1 } };
const pages = [
  { name: 'after', in: 'query', schema: { type: 'string', maxLength: 100 } },
  { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } },
];

export function batchPaths({ body, answer, problem, headers, misuse }: Words) {
  const away = { '503': misuse['503'] };
  const ofOne = {
    ...away,
    '400': problem('The path is not percent-encoded as it should be.'),
    '404': problem('There is none of that id.'),
    '414': problem('The id is longer than any.'),
  };
  const get = (operationId: string, summary: string, ok: object) => ({
    ...{ operationId, summary, parameters: [id] },
    responses: { '200': ok, ...ofOne },
  });
  const list = (operationId: string, summary: string, ok: object) => ({
    ...{ operationId, summary, parameters: pages },
    responses: { '200': ok, ...away, '400': problem('The query is not as described.') },
  });
  return {
    '/v1/files': {
      get: list('listFiles', 'Files, the newest first.', answer('A page.', 'FileList')),
      post: {
        ...{ operationId: 'uploadFile', summary: 'Leaves the requests of a batch, a line each.' },
        requestBody: {
          required: true,
          content: {
            'multipart/form-data': {
              schema: {
                ...{ type: 'object', required: ['file', 'purpose'] },
                properties: { file: { type: 'string', format: 'binary' }, purpose: { const: 'batch' } },
              },
            },
          },
        },
        responses: { '200': answer('The file.', 'File'), ...misuse },
      },
    },
    '/v1/files/{id}': {
      get: get('retrieveFile', 'What is known of a file.', answer('The file.', 'File')),
      delete: get('deleteFile', 'Removes a file.', answer('It is gone.', 'RemovedFile')),
    },
    '/v1/files/{id}/content': {
      get: get('downloadFile', 'The lines of a file.', {
        ...{ description: 'JSON lines.', headers },
        content: { 'application/jsonl': { schema: { type: 'string' } } },
      }),
    },
    '/v1/batches': {
      get: list('listBatches', 'Batches, the newest first.', answer('A page.', 'BatchList')),
      post: {
        ...{
          operationId: 'createBatch',
          summary: 'Has the requests of a file answered, one after the other.',
        },
        requestBody: { required: true, content: body('BatchRequest') },
        responses: { '200': answer('The batch.', 'Batch'), ...misuse },
      },
    },
    '/v1/batches/{id}': {
      get: get('retrieveBatch', 'How a batch stands.', answer('The batch.', 'Batch')),
    },
    '/v1/batches/{id}/cancel': {
      post: {
        ...{ operationId: 'cancelBatch', summary: 'Ends a batch, with what was answered.', parameters: [id] },
        responses: {
          ...{ '200': answer('It is told to end.', 'Batch'), ...misuse, ...ofOne },
          '409': problem('It has ended already.'),
        },
      },
    },
  };
}
