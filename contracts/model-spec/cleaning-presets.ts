// Recipes by name. A preset is the list that it stands for and no more: `coppice plan` shows it, and `steps` changes it.

/** Steps as a model file has them; `cleaningSchema` reads them as it reads those. */
type Steps = readonly { readonly step: string; readonly [option: string]: unknown }[];

/** As FineWeb was made (Penedo et al. 2024, arXiv:2406.17557, 3), for one language. */
const web = (language: 'en' | 'ko'): Steps => [
  { step: 'main-text' },
  { step: 'repair-mojibake' },
  { step: 'normalize-unicode' },
  { step: 'identify-language', languages: [language], by: 'document' },
  { step: 'gopher-repetition', language },
  { step: 'gopher-quality', language },
  { step: 'c4-quality', language, endedLines: false },
  { step: 'fineweb-quality', language },
  { step: 'redact-personal-data' },
  { step: 'strip-repeated-lines' },
  { step: 'deduplicate', shingleCharacters: 12, similarity: 0.8 },
];

const mail: Steps = [
  { step: 'decode-mail' },
  { step: 'strip-html' },
  { step: 'repair-mojibake' },
  { step: 'normalize-unicode' },
  { step: 'strip-quotes' },
  { step: 'strip-footers' },
  { step: 'drop-short', minimumWords: 3 },
  { step: 'deduplicate' },
];

/** As code of language models is chosen (Chen et al. 2021, arXiv:2107.03374, 3.1; Kocetkov et al. 2022, arXiv:2211.15533). */
const code: Steps = [
  { step: 'code-quality' },
  { step: 'redact-personal-data', kinds: ['email', 'ip-address'], style: 'kind' },
  { step: 'deduplicate-exact' },
  { step: 'deduplicate', similarity: 0.7 },
];

const social: Steps = [
  { step: 'decode-entities' },
  { step: 'repair-mojibake' },
  { step: 'normalize-unicode' },
  { step: 'shorten-runs', jamo: 2, punctuation: 3, letters: 3 },
  { step: 'redact-personal-data' },
  { step: 'drop-short', minimumWords: 3 },
  { step: 'deduplicate-exact' },
];

export const cleaningPresets = {
  'web-en': web('en'),
  'web-ko': web('ko'),
  mail,
  code,
  social,
} as const satisfies Record<string, Steps>;

/**
 * @param own a step that the preset has takes its place; others follow behind it
 * @param without names of steps that the preset has and the recipe should not
 */
export function expandPreset<Step extends { readonly step: string }>(
  preset: readonly Step[],
  { own, without }: { readonly own: readonly Step[]; readonly without: readonly string[] },
): Step[] {
  const names = preset.map(({ step }) => step);
  const replacing = new Map<string, Step>();
  const added = own.filter((step) => {
    if (!names.includes(step.step) || replacing.has(step.step)) return true;
    replacing.set(step.step, step);
    return false;
  });
  const kept = preset.filter(({ step }) => !without.includes(step));
  return [...kept.map((step) => replacing.get(step.step) ?? step), ...added];
}
