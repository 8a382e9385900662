// What people ask of the registry when they doubt it: what a version was made from, whether all of it holds, whose
// signatures count.
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { LineageLog } from '../artifacts/lineage.ts';
import type { RegistryReader } from '../artifacts/registry/registry-reader.ts';
import type { FileTrust } from '../artifacts/registry/trust.ts';
import { isLost } from '../artifacts/store-failure.ts';
import type { ArtifactReference } from '../contracts/artifact.ts';
import { modelSpecSchema } from '../contracts/model-spec/model-spec.ts';
import type { Provenance, Verification } from '../contracts/registry-facts.ts';
import type { TrustList } from '../contracts/trust.ts';
import { type CardEvidence, cardEvidenceSchema, modelCard } from '../pipeline/evaluation/model-card.ts';

export interface RegistryFactDependencies {
  readonly registry: RegistryReader;
  readonly artifacts: ArtifactStore;
  readonly lineage: Pick<LineageLog, 'read'>;
  readonly trust: Pick<FileTrust, 'refresh' | 'list'>;
}

export type RegistryFacts = ReturnType<typeof createRegistryFacts>;

export function createRegistryFacts({ registry, artifacts, lineage, trust }: RegistryFactDependencies) {
  const readStep = async (reference: ArtifactReference): Promise<Provenance['steps'][number]> => {
    const { stage, step = stage, codeVersion, parameters, inputs, metrics } = await lineage.read(reference);
    return { step, codeVersion, parameters, inputs: digestsOf(inputs), metrics };
  };
  /** Evidence goes when a document that it quotes is forgotten: the card says less then. */
  const readEvidence = async (reference: ArtifactReference): Promise<CardEvidence> => {
    try {
      return await artifacts.readJson(reference, cardEvidenceSchema);
    } catch (error) {
      if (isLost(error)) return {};
      throw error;
    }
  };
  return {
    /** @returns undefined where there is no such version */
    provenance: async (model: string, version: number): Promise<Provenance | undefined> => {
      const document = await registry.readVersion(model, version);
      if (!document) return undefined;
      const spec = await artifacts.readJson(document.spec, z.json());
      return { version: document, spec, steps: await Promise.all(document.lineage.map(readStep)) };
    },
    /** @returns README.md of a version's folder; undefined where there is no such version */
    modelCard: async (model: string, version: number): Promise<string | undefined> => {
      const document = await registry.readVersion(model, version);
      if (!document) return undefined;
      const spec = await artifacts.readJson(document.spec, modelSpecSchema);
      return modelCard({ version: document, spec, evidence: await readEvidence(document.evidence) });
    },
    /** Every ledger of the registry, or that of one model. */
    verify: async (model?: string): Promise<Verification> => {
      const models = await registry.listModels();
      const asked = model === undefined ? models : models.filter((name) => name === model);
      return Promise.all(
        asked.map(async (name) => ({ model: name, ...(await registry.verifyLedger(name)) })),
      );
    },
    /** @throws CoppiceFailure ArtifactCorrupt where the published keys are forged */
    keys: async (): Promise<TrustList> => {
      await trust.refresh();
      return trust.list();
    },
  };
}

function digestsOf(roles: Readonly<Record<string, ArtifactReference>>): Record<string, string> {
  return Object.fromEntries(Object.entries(roles).map(([role, { digest }]) => [role, digest]));
}
