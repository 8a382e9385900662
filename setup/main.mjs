// Set-up: `npm start` and `npm test` run it first, straight after git clone. Installs what is missing, and says so.
import { endCommands } from './command.mjs';
import { nodeProblem, root } from './components.mjs';
import { createBoard } from './progress.mjs';
import { formatDuration } from './progress-text.mjs';
import { setUp } from './steps.mjs';

const started = Date.now();
const verbose = process.argv.includes('--verbose');
const forTests = process.argv.includes('--for-tests');

async function main() {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) return [problem];
  const board = createBoard(process.stdout, { verbose });
  const failures = await setUp(root, process.env, { board, forTests });
  const took = formatDuration(Date.now() - started);
  if (failures.length > 0) return failures;
  board.line(
    board.count() === 0 ? `Set-up: everything is in place (${took}).` : `Set-up is complete (${took}).`,
  );
  return [];
}

for (const [signal, status] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])) {
  process.on(signal, () => {
    endCommands();
    process.stderr.write('\nSet-up was interrupted. Run it again: it goes on with what is missing.\n');
    process.exit(status);
  });
}

try {
  const failures = await main();
  for (const failure of failures) process.stderr.write(`\n${failure}\n`);
  if (failures.length > 0)
    process.stderr.write('\nSet-up is not complete. npm run setup -- --verbose tells more.\n');
  process.exitCode = failures.length > 0 ? 1 : 0;
} catch (error) {
  const text = error instanceof Error ? (verbose ? error.stack : error.message) : String(error);
  process.stderr.write(`\nSet-up failed: ${text}\n`);
  process.exitCode = 1;
}
