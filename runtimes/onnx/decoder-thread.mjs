// The thread's beginning: a thread loads TypeScript only where it is told how to.
import { register } from 'tsx/esm/api';

register();
await import('./decoder-thread-main.ts');
