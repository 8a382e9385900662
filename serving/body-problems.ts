// What is wrong with a body, in words and in the fields that the OpenAI API has for it.
import type { z } from 'zod';

/** One message for all problems; field and code are of the first. */
export interface BodyProblem {
  readonly message: string;
  /** As OpenAI writes paths: `messages[0].content`. Null: the body itself. */
  readonly param: string | null;
  readonly code: 'unknown_parameter' | 'missing_required_parameter' | 'invalid_type' | 'invalid_value';
}

/** Of a body whose problems have no end, so many are told. */
const MOST_TOLD = 20;

/** @param issues one at least */
export function problemOfBody(issues: readonly z.core.$ZodIssue[], body: unknown): BodyProblem {
  const all = issues.flatMap(flatten);
  const message = all
    .slice(0, MOST_TOLD)
    .map(({ path, message: told }) => `${path.join('.') || '(body)'}: ${told}`)
    .join('; ');
  const [first] = all;
  return { message, param: pathOf(first), code: codeOf(first, body) };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  readonly keys?: readonly string[];
  readonly errors?: readonly unknown[];
}

/** Of a union, the kind that the value came nearest to speaks; where it is none of them, the expectation is told. */
function flatten(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const nearest = issue.errors.find((problems) =>
    problems.every((it) => it.code !== 'invalid_type' || it.path.length > 0),
  );
  if (!nearest || nearest.length === 0) return [issue];
  return nearest.flatMap(flatten).map((it) => ({ ...it, path: [...issue.path, ...it.path] }));
}

function pathOf({ path, keys = [] }: Issue): string | null {
  const whole = [...path, ...keys.slice(0, 1)];
  if (whole.length === 0) return null;
  return whole
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

function codeOf({ code, path, errors }: Issue, body: unknown): BodyProblem['code'] {
  if (code === 'unrecognized_keys') return 'unknown_parameter';
  if (code !== 'invalid_type' && code !== 'invalid_union') return 'invalid_value';
  if (errors?.length === 0) return 'invalid_value'; // of a kind that is none of those that there are
  const given = path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    body,
  );
  return given === undefined && path.length > 0 ? 'missing_required_parameter' : 'invalid_type';
}
