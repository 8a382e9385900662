// The language model in service on the documents that a new version was not trained on: what it was measured on when it
// was made were others.
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { cleanDocumentSchema } from '../contracts/document.ts';
import type { ChampionFigures, ChampionFiguresInput } from '../contracts/stage-results.ts';
import { packageFiles } from '../contracts/version-package.ts';
import { figuresOfDocuments } from '../pipeline/evaluation/document-losses.ts';
import { withHeartbeat } from './heartbeat.ts';
import { measureByDocument } from './language-figures-thread.ts';
import { readShards } from './shards.ts';

export type ChampionFiguresActivities = ReturnType<typeof createChampionFiguresActivities>;

export function createChampionFiguresActivities({ artifacts }: { readonly artifacts: ArtifactStore }) {
  return {
    /** @throws ArtifactNotFound, ArtifactCorrupt where its package is damaged */
    async measureChampion({
      corpus,
      holdout,
      stride,
      ...input
    }: ChampionFiguresInput): Promise<ChampionFigures> {
      return withHeartbeat(async (signal) => {
        const documents: string[] = [];
        for await (const { text } of readShards(artifacts, corpus, cleanDocumentSchema)) {
          documents.push(text);
          if (documents.length > holdout) documents.shift();
        }
        const { files } = await artifacts.readDirectory(input.package);
        const read = async (name: string) => (await artifacts.readBytes(files[name])).toString('utf8');
        const job = {
          model: {
            config: await read(packageFiles.config),
            weights: await artifacts.readBytes(files[packageFiles.weights]),
          },
          tokenizer: await read(packageFiles.tokenizer),
          ...{ documents, stride },
        };
        const byDocument = await measureByDocument(job, signal);
        return { ...figuresOfDocuments(byDocument), byDocument: await artifacts.putJson(byDocument) };
      });
    },
  };
}
