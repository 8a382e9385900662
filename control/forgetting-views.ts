// What `coppice forget` would do, before it is done: the control API looks, and only a workflow removes.
import { surveyHoldings } from '../artifacts/forgetting/survey.ts';
import { openTombstones } from '../artifacts/forgetting/tombstones.ts';
import type { ForgettingSurvey } from '../contracts/forgetting.ts';
import type { LineageViewDependencies } from './lineage-views.ts';

export type ForgettingViews = ReturnType<typeof createForgettingViews>;

export function createForgettingViews(dependencies: LineageViewDependencies) {
  const objects = dependencies.buckets.artifacts;
  return {
    /**
     * @param text id, URI or content digest of a document, or a subject
     * @returns undefined where nothing holds it and it was never forgotten
     */
    survey: async (text: string): Promise<ForgettingSurvey | undefined> => {
      const tombstones = await openTombstones(objects);
      const survey = await surveyHoldings(tombstones.digestOf(text), {
        ...dependencies,
        objects,
        tombstones,
      });
      const { documentCount, blobs, observations, forgottenAt } = survey;
      const held = documentCount + blobs.length + observations.length > 0;
      return held || forgottenAt !== undefined ? survey : undefined;
    },
  };
}
