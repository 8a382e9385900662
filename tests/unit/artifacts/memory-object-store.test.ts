import { createMemoryObjectStore } from '../../../artifacts/memory-object-store.ts';
import { describeObjectStore } from '../../support/object-store-contract.ts';

describeObjectStore('memory', () => Promise.resolve(createMemoryObjectStore()));
