#!/usr/bin/env node
// Starts the command line; TypeScript is compiled as it is loaded.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

if (!existsSync(fileURLToPath(new URL('../node_modules/tsx', import.meta.url)))) {
  process.stderr.write('Coppice is not set up yet: run `npm start` or `npm run setup` first\n');
  process.exit(1);
}
const { register } = await import('tsx/esm/api');
register();
await import('../command-line/main.ts');
