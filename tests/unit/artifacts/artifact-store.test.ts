import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { describeArtifactStore } from '../../support/artifact-store-contract.ts';

describeArtifactStore('memory', () => Promise.resolve(createMemoryObjectStore()));
