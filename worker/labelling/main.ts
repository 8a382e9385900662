// What the command line has computed about labels: one job as JSON on standard input, its answer as JSON on standard output.
import { text } from 'node:stream/consumers';
import { type TestFilterJob, type TrainFilterJob, testFilters, trainFilter } from './filter-jobs.ts';
import { BadJob } from './labelled-lines.ts';
import { type AgreementJob, chooseUncertain, measureAgreement, type UncertainJob } from './people-jobs.ts';

/** Our own command line writes them. */
export type LabellingJob = TrainFilterJob | TestFilterJob | AgreementJob | UncertainJob;

function answer(job: LabellingJob): Promise<unknown> {
  switch (job.job) {
    case 'train':
      return trainFilter(job);
    case 'test':
      return testFilters(job);
    case 'agreement':
      return measureAgreement(job);
    case 'uncertain':
      return chooseUncertain(job);
  }
}

try {
  const result = await answer(JSON.parse(await text(process.stdin)) as LabellingJob);
  process.stdout.write(JSON.stringify({ result }));
} catch (error) {
  if (!(error instanceof BadJob)) throw error;
  process.stdout.write(JSON.stringify({ problem: error.message }));
}
