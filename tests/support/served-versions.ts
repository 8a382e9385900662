// Versions as a gateway has them loaded, without processes: each answers what a test says.
import { createResponseIds } from '../../artifacts/response-ids.ts';
import type { Answer } from '../../contracts/observation.ts';
import type { Challenger, RoutingDocument } from '../../contracts/registry.ts';
import type { LoadedVersion } from '../../serving/loaded-version.ts';
import type { ServedModel } from '../../serving/served-model.ts';
import type { ClassifierVersion } from '../../serving/tasks/classification-version.ts';
import type { GenerationPiece } from '../../serving/tasks/generation-process.ts';
import type { LanguageVersion } from '../../serving/tasks/generation-version.ts';

/** An answer, the version's number in its label. */
export const answerOf = (version: number): Answer => ({
  version,
  label: `label of ${version}`,
  probabilities: { ham: 0.5, spam: 0.5 },
  latencyMs: 1,
});

export interface FakeVersion extends ClassifierVersion {
  readonly stopped: () => boolean;
  /** As when its process dies. */
  end(): void;
}

export function createVersion(
  version: number,
  answer: ClassifierVersion['answer'] = () => Promise.resolve(answerOf(version)),
): FakeVersion {
  let stopped = false;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    version,
    task: 'text-classification',
    labels: ['ham', 'spam'],
    answer,
    embed: (texts) =>
      Promise.resolve({ vectors: texts.map((_, at) => [0.6, 0.8 - 2 * at]), tokens: 3 * texts.length }),
    ended,
    retire: () => {
      stopped = true;
      end();
    },
    stop: () => {
      stopped = true;
      end();
    },
    stopped: () => stopped,
    end: () => end(),
  };
}

/** A language model that says what it is told to; by default its number, once for each text that is asked for. */
export function createLanguageVersion(
  version: number,
  continueTexts: LanguageVersion['continueTexts'] = (question) => says(version, question),
): LanguageVersion {
  return {
    ...{ version, task: 'language-modelling', contextLength: 32, continueTexts },
    chat: (messages) => messages.map(({ role, content }) => `${role}: ${content}`).join('\n'),
    ...{ ended: new Promise(() => undefined), retire: () => undefined, stop: () => undefined },
  };
}

async function* says(
  version: number,
  { prompts, choices }: Parameters<LanguageVersion['continueTexts']>[0],
): ReturnType<LanguageVersion['continueTexts']> {
  for (let row = 0; row < prompts.length * choices; row += 1) {
    yield await Promise.resolve<GenerationPiece>({ row, text: `text of `, tokens: 2 });
    yield { row, text: String(version), tokens: 1, finish: 'length' };
  }
  return { promptTokens: 5 * prompts.length };
}

/** A model as it is served, with version 1 as champion and, by default, version 2 challenging it for a quarter. */
export function servedModelOf(
  versions: readonly LoadedVersion[],
  challenger: Partial<Challenger> | null = {},
): ServedModel {
  const routing: RoutingDocument = {
    model: 'mail-filter',
    generation: 7,
    at: '2026-05-01T00:00:00.000Z',
    champion: 1,
    quarantined: [],
    ...(challenger && {
      challenger: {
        version: 2,
        experiment: 'mail-filter-2',
        mode: 'canary',
        trafficFraction: 0.25,
        step: 1,
        ...challenger,
      },
    }),
  };
  return {
    model: 'mail-filter',
    routing: () => routing,
    responseIds: createResponseIds(Buffer.alloc(32), 'mail-filter'),
    version: (wanted) => versions.find(({ version }) => version === wanted),
    refresh: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
