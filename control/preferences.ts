// Preference studies at work: which comparison a person sees next, whose answers were preferred, and what it comes to.
import { createHash } from 'node:crypto';
import type { PreferenceStudies } from '../artifacts/preference-studies.ts';
import type {
  JudgementRequest,
  NextComparison,
  PreferenceJudgement,
  PreferencePair,
  PreferenceStudy,
  StudyItem,
  StudyRequest,
  StudyState,
} from '../contracts/preference-study.ts';
import { scoreStudy } from '../pipeline/evaluation/preferences/study-scores.ts';

export type Preferences = ReturnType<typeof createPreferences>;

/** Two different answers to a prompt; systems that answered the same are judged at once. */
interface Comparison {
  readonly item: StudyItem;
  readonly texts: readonly [string, string];
}

export function createPreferences(studies: PreferenceStudies, now: () => Date = () => new Date()) {
  const whole = async (name: string) => {
    const study = await studies.read(name);
    return study && { study, judgements: await studies.judgements(name) };
  };

  return {
    names: studies.names,
    /** @returns false where there is a study of that name */
    create: (request: StudyRequest): Promise<boolean> =>
      studies.create({ version: 1, at: now().toISOString(), ...request }),

    state: async (name: string): Promise<StudyState | undefined> => {
      const found = await whole(name);
      if (!found) return undefined;
      const { study, judgements } = found;
      return {
        ...{ name, at: study.at, by: study.by, items: study.items.length },
        people: [...new Set(judgements.map(({ by }) => by))].sort(),
        scores: scoreStudy(systemsOf(study), judgements),
      };
    },

    /** What fewest have judged comes first; whose answer stands on the left is as good as chance. */
    next: async (name: string, person: string): Promise<NextComparison | undefined> => {
      const found = await whole(name);
      if (!found) return undefined;
      const { study, judgements } = found;
      const comparisons = study.items.flatMap(comparisonsOf);
      const times = new Map<string, number>();
      const own = new Set<string>();
      for (const { item, pair, by } of judgements) {
        const key = keyOf(study, item, pair);
        times.set(key, (times.get(key) ?? 0) + 1);
        if (by === person) own.add(key);
      }
      const open = comparisons
        .map((comparison) => ({ comparison, key: comparisonKey(comparison.item.id, comparison.texts) }))
        .filter(({ key }) => !own.has(key))
        .map((it) => ({ ...it, times: times.get(it.key) ?? 0, chance: chanceOf(person, it.key) }))
        .sort((a, b) => a.times - b.times || (a.chance < b.chance ? -1 : 1));
      const first = open.at(0);
      const told = { instructions: study.instructions, judged: own.size, of: comparisons.length };
      if (!first) return told;
      const { item, texts } = first.comparison;
      const [left, right] = first.chance < '8' ? texts : [texts[1], texts[0]];
      return { ...told, comparison: { item: item.id, prompt: item.prompt, left, right } };
    },

    /** @returns false where the study has no such comparison, undefined where there is no such study */
    judge: async (name: string, request: JudgementRequest): Promise<boolean | undefined> => {
      const study = await studies.read(name);
      if (!study) return undefined;
      const item = study.items.find(({ id }) => id === request.item);
      const [lefts, rights] = [request.left, request.right].map((text) => systemsWith(item, text));
      if (request.left === request.right || lefts.length === 0 || rights.length === 0) return false;
      const at = now().toISOString();
      for (const left of lefts) {
        for (const right of rights) {
          const pair: [string, string] = left < right ? [left, right] : [right, left];
          const preferred = { left, right, neither: null }[request.preferred];
          await studies.judge(name, { item: request.item, pair, preferred, by: request.by, at });
        }
      }
      return true;
    },

    /** What preference tuning reads; ties say nothing there. */
    pairs: async (name: string): Promise<PreferencePair[] | undefined> => {
      const found = await whole(name);
      return found?.judgements.flatMap((judgement) => pairOf(found.study, judgement));
    },
  };
}

function systemsOf({ items }: PreferenceStudy): string[] {
  return [...new Set(items.flatMap(({ answers }) => Object.keys(answers)))].sort();
}

function systemsWith(item: StudyItem | undefined, text: string): string[] {
  return Object.entries(item?.answers ?? {}).flatMap(([system, answer]) => (answer === text ? [system] : []));
}

function comparisonsOf(item: StudyItem): Comparison[] {
  const texts = [...new Set(Object.values(item.answers))].sort();
  return texts.flatMap((one, place) =>
    texts.slice(place + 1).map((other): Comparison => ({ item, texts: [one, other] })),
  );
}

function keyOf({ items }: PreferenceStudy, item: string, pair: readonly string[]): string {
  const answers = items.find(({ id }) => id === item)?.answers ?? {};
  return comparisonKey(
    item,
    pair.map((system) => answers[system] ?? ''),
  );
}

const comparisonKey = (item: string, texts: readonly string[]): string =>
  JSON.stringify([item, ...[...texts].sort()]);

const chanceOf = (person: string, key: string): string =>
  createHash('sha256').update(`${person}\n${key}`).digest('hex');

function pairOf(
  { items }: PreferenceStudy,
  { item, pair, preferred, by }: PreferenceJudgement,
): PreferencePair[] {
  const found = items.find(({ id }) => id === item);
  if (preferred === null || !found) return [];
  const [chosen, rejected] = preferred === pair[0] ? pair : [pair[1], pair[0]];
  return [{ prompt: found.prompt, chosen: found.answers[chosen], rejected: found.answers[rejected], by }];
}
