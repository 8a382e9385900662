// All components in the order in which they start.
import type { ComponentDescription } from './component.ts';
import { ownProcesses } from './processes.ts';
import { servers } from './servers.ts';

export const components: readonly ComponentDescription[] = [...servers, ...ownProcesses];
