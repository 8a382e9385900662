// How a step differs from an earlier one of the same name, part by part of the cache's key, in words for people.
import type { CacheDifference } from '../contracts/stage-results.ts';
import { canonicalJson } from './canonical-json.ts';
import type { CodeVersion } from './code-version.ts';

/** What a result of a step depends on, as it stands in the cache. */
export interface StepParts {
  readonly code: CodeVersion;
  readonly parameters: unknown;
  /** Digests by role. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Long enough to recognise a value by. */
const shownCharacters = 60;
/** Differences that a sentence names. */
const namedDifferences = 4;

/**
 * @returns nothing where the steps have the same key; else every part that differs, parameters by their path
 * @example compareSteps(before, now) → [{ part: 'parameter', name: 'steps[1].threshold', before: '0.8', now: '0.9' }]
 */
export function compareSteps(before: StepParts, now: StepParts): CacheDifference[] {
  return [
    ...compareCode(before.code, now.code),
    ...compareMaps('parameter', leavesOf(before.parameters), leavesOf(now.parameters)),
    ...compareMaps('input', new Map(Object.entries(before.inputs)), new Map(Object.entries(now.inputs))),
  ];
}

/** @returns such as `code differs in pipeline/cleaning/recipe.ts; parameter seed was 1, is 2` */
export function describeDifferences(differences: readonly CacheDifference[]): string {
  const code = differences.filter(({ part }) => part === 'code').map(({ name }) => name);
  const rest = differences.filter(({ part }) => part !== 'code').map(describe);
  const named = rest.slice(0, namedDifferences);
  return [
    ...(code.length > 0 ? [`code differs in ${shorten(code)}`] : []),
    ...named,
    ...(rest.length > named.length ? [`${rest.length - named.length} more parts differ`] : []),
  ].join('; ');
}

function describe({ part, name, before, now }: CacheDifference): string {
  if (before === undefined) return `${part} ${name} is new: ${now ?? ''}`;
  if (now === undefined) return `${part} ${name} is gone, was ${before}`;
  return `${part} ${name} was ${before}, is ${now}`;
}

function shorten(names: readonly string[]): string {
  const more = names.length - namedDifferences;
  return `${names.slice(0, namedDifferences).join(', ')}${more > 0 ? ` and ${more} more files` : ''}`;
}

/** Files may differ where the code does not: in a comment, or in what the stage does not reach. */
function compareCode(before: CodeVersion, now: CodeVersion): CacheDifference[] {
  if (before.digest === now.digest) return [];
  const [filesBefore, filesNow] = [before.files, now.files].map((it) => new Map(Object.entries(it)));
  const [packagesBefore, packagesNow] = [before.packages, now.packages].map(
    (it) => new Map(Object.entries(it)),
  );
  const found = [
    ...compareMaps('code', filesBefore, filesNow),
    ...compareMaps('package', packagesBefore, packagesNow),
  ];
  return found.length > 0 ? found : [{ part: 'code', name: 'how it is bundled' }];
}

function compareMaps(
  part: CacheDifference['part'],
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): CacheDifference[] {
  const names = [...new Set([...before.keys(), ...now.keys()])].filter(
    (name) => before.get(name) !== now.get(name),
  );
  return names.sort().map((name) => {
    const [was, is] = [before.get(name), now.get(name)];
    return {
      part,
      name,
      ...(was !== undefined && { before: cut(was) }),
      ...(is !== undefined && { now: cut(is) }),
    };
  });
}

function cut(value: string): string {
  return value.length > shownCharacters ? `${value.slice(0, shownCharacters - 1)}…` : value;
}

/** Values by path: `{ a: [1, { b: 2 }] }` → `a[0]` = 1, `a[1].b` = 2. */
function leavesOf(value: unknown, path = ''): Map<string, string> {
  if (Array.isArray(value) && value.length > 0)
    return new Map(value.flatMap((item, index) => [...leavesOf(item, `${path}[${index}]`)]));
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    const members = Object.entries(value);
    return new Map(
      members.flatMap(([name, member]) => [...leavesOf(member, path === '' ? name : `${path}.${name}`)]),
    );
  }
  return new Map([[path === '' ? '(all)' : path, canonicalJson(value)]]);
}
