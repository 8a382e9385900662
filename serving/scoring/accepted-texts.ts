// How likely each version finds the text that somebody wrote in place of an answer, where the model file asks for it. The
// prompt is remembered for that in this gateway's memory, and kept nowhere; of what people wrote only the figure is kept here.
import type { CompletionRecord } from '../../contracts/observation.ts';
import { challengersOf } from '../../contracts/registry.ts';
import { type Prompt, promptText } from '../../pipeline/generation/prompt-parts.ts';
import { followSpec } from '../followed-spec.ts';
import type { ServedModel } from '../served-model.ts';
import type { LanguageVersion } from '../tasks/generation-version.ts';

/** In characters, of all prompts together: 32 MiB. Then the oldest is forgotten. */
const rememberedCharacters = 16 * 1024 * 1024;
/** Whoever tells of an answer waits so long at most; then the text counts for nothing. */
const patienceMs = 5_000;

export interface AcceptedTextsDependencies {
  /** What the model file says now. */
  readonly readRollout: (
    model: string,
  ) => Promise<{ readonly metrics?: readonly string[] | undefined } | undefined>;
  /** Default: 16 Mi characters. */
  readonly room?: number;
}

export interface AcceptedTexts {
  /** Keeps what an answer continued, where the model file asks for it. */
  readonly remember: (record: CompletionRecord, prompts: readonly Prompt[]) => void;
  /**
   * @param response - the id of the answer
   * @param text - what was written in its place
   * @returns by version, for those of the routing that can tell it in time: the geometric mean of the text's probability a
   *   byte after the prompt, 0 to 1; nothing where the prompt is not known here
   */
  readonly score: (
    model: ServedModel,
    response: string,
    text: string,
  ) => Promise<Readonly<Record<string, number>> | undefined>;
}

export function createAcceptedTexts({
  readRollout,
  room = rememberedCharacters,
}: AcceptedTextsDependencies): AcceptedTexts {
  const isAsked = followSpec(async (model) =>
    (await readRollout(model))?.metrics?.includes('accepted-likelihood'),
  );
  const known = new Map<string, Prompt>();
  let characters = 0;

  const remember: AcceptedTexts['remember'] = ({ id, model, experiment }, prompts) => {
    if (!isAsked(model) || experiment === undefined || prompts.length !== 1) return; // of several, nobody says which is meant
    known.set(id, prompts[0]);
    characters += promptText(prompts[0]).length;
    for (const [oldest, prompt] of known) {
      if (characters <= room) break;
      known.delete(oldest);
      characters -= promptText(prompt).length;
    }
  };

  const score: AcceptedTexts['score'] = async (model, response, text) => {
    const prompt = known.get(response);
    const routing = model.routing();
    if (prompt === undefined || !routing) return undefined;
    const signal = AbortSignal.timeout(patienceMs);
    const versions = [routing.champion, ...challengersOf(routing)].flatMap((version) => {
      const loaded = version === undefined ? undefined : model.version(version);
      return loaded?.task === 'language-modelling' ? [loaded] : [];
    });
    const scored = await Promise.all(
      versions.map(async (version) => {
        // What a version cannot tell, since it is busy or the text too long for it, is no fault of who wrote it.
        const found = await likelihoodOf(version, { prompt, text, signal }).catch(() => undefined);
        return found === undefined ? [] : [[String(version.version), found] as const];
      }),
    );
    return Object.fromEntries(scored.flat());
  };

  return { remember, score };
}

const asGiven = {
  ...{ choices: 1, maximumNewTokens: 0, tellsPrompts: true as const, beams: 1 },
  ...{ temperature: 1, topP: 1, repetitionPenalty: 1, seed: 0, stop: [] },
};

interface Continuation {
  readonly prompt: Prompt;
  readonly text: string;
  readonly signal: AbortSignal;
}

/** Parts are encoded each by itself, so what both begin with is the same. A byte is the same of every vocabulary, and a token is not. */
async function likelihoodOf(
  version: LanguageVersion,
  { prompt, text, signal }: Continuation,
): Promise<number> {
  const logProbabilities = [0, 0];
  const before = typeof prompt === 'string' ? [{ text: prompt }] : prompt;
  const question = { ...asGiven, prompts: [before, [...before, { text }]] };
  for await (const { row, given } of version.continueTexts(question, signal))
    logProbabilities[row] += given?.logProbability ?? 0;
  const [ofPrompt, ofBoth] = logProbabilities;
  return Math.exp(Math.min(0, ofBoth - ofPrompt) / Buffer.byteLength(text));
}
