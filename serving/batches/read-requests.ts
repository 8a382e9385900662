// The requests of a batch, as its file has them; a file that has one wrong line is refused whole, as OpenAI does.
import { problemOfBody } from '../body-problems.ts';
import { type Batch, maximumRequests, type RequestLine, requestLineSchema } from './batch-schemas.ts';

/** A problem of a line, or of the file. */
type Problem = NonNullable<Batch['errors']>['data'][number];

const mostProblems = 20;

/** @returns the requests in their order, or what is wrong with the file */
export function readRequests(
  content: Buffer,
  endpoint: Batch['endpoint'],
): { readonly requests: readonly RequestLine[] } | { readonly problems: readonly Problem[] } {
  const requests: RequestLine[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const refuse = (code: string, message: string, line: number | null): void => {
    problems.push({ code, message, line, param: null });
  };
  for (const [at, text] of content.toString('utf8').split('\n').entries()) {
    if (text.trim() === '') continue;
    const line = at + 1;
    const value = jsonOf(text);
    const read = requestLineSchema.safeParse(value);
    if (!read.success) refuse('invalid_json_line', problemOfBody(read.error.issues, value).message, line);
    else if (read.data.url !== endpoint) refuse('mismatched_endpoint', `url: expected ${endpoint}`, line);
    else if (seen.has(read.data.custom_id))
      refuse('duplicate_custom_id', `${read.data.custom_id} stands there twice`, line);
    else {
      seen.add(read.data.custom_id);
      requests.push(read.data);
    }
    if (problems.length === mostProblems) break;
  }
  if (requests.length > maximumRequests)
    refuse('too_many_requests', `expected ${maximumRequests} at most`, null);
  if (requests.length === 0 && problems.length === 0) refuse('empty_file', 'there is no request in it', null);
  return problems.length > 0 ? { problems } : { requests };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
