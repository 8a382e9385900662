// The command line: every verb with `--help` and `--json`, one line for an error, documented exit codes.
import { Command, Help } from 'commander';
import { batchVerbs } from './commands/batch.ts';
import { cleanVerb } from './commands/clean.ts';
import { compareVerb } from './commands/compare.ts';
import { dataVerbs } from './commands/data.ts';
import { diffVerb } from './commands/diff.ts';
import { doctorVerb } from './commands/doctor.ts';
import { evaluateVerb } from './commands/evaluate.ts';
import { explainCacheVerb } from './commands/explain-cache.ts';
import { exportVerb } from './commands/export.ts';
import { feedbackVerb } from './commands/feedback.ts';
import { filterVerbs } from './commands/filter.ts';
import { forgetVerb } from './commands/forget.ts';
import { housekeepingVerbs } from './commands/housekeeping.ts';
import { incidentVerbs } from './commands/incidents.ts';
import { keyVerbs } from './commands/keys.ts';
import { labelVerbs } from './commands/label.ts';
import { ledgerVerbs } from './commands/ledger.ts';
import { lineageVerb } from './commands/lineage.ts';
import { logsVerb } from './commands/logs.ts';
import { registryVerbs } from './commands/registry.ts';
import { repairVerb } from './commands/repair.ts';
import { runVerbs } from './commands/run.ts';
import { scheduleVerb } from './commands/schedule.ts';
import { stackVerbs } from './commands/stack.ts';
import { steeringVerbs } from './commands/steering.ts';
import { studyVerbs } from './commands/study.ts';
import { exitCodeOf, messageOf } from './exit-code.ts';

const program = new Command('coppice')
  .description(
    'Keeps language models alive: collect, clean, train, evaluate, roll out, roll back, train again.',
  )
  .version('0.1.0')
  .configureOutput({
    outputError: (text, write) => {
      write(`${text.trim().replace(/\s*\n\s*/g, ' ')} (\`coppice --help\` lists the verbs)\n`);
    },
  })
  .configureHelp({
    // That a switch is off unless it is given needs no words.
    optionDescription: (option) =>
      option.defaultValue === false ? option.description : new Help().optionDescription(option),
  })
  .exitOverride();
for (const add of [
  stackVerbs,
  doctorVerb,
  logsVerb,
  runVerbs,
  dataVerbs,
  registryVerbs,
  lineageVerb,
  forgetVerb,
  ledgerVerbs,
  incidentVerbs,
  compareVerb,
  diffVerb,
  evaluateVerb,
  exportVerb,
  studyVerbs,
  explainCacheVerb,
  filterVerbs,
  labelVerbs,
  steeringVerbs,
  feedbackVerb,
  scheduleVerb,
  batchVerbs,
  repairVerb,
  housekeepingVerbs,
  cleanVerb,
  keyVerbs,
])
  add(program);

// Whoever reads may stop reading: `coppice lineage … | head` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  const message = messageOf(error);
  if (message !== undefined) process.stderr.write(`${message}\n`);
}
