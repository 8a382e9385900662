import { describe, expect, it } from 'vitest';
import { entriesAbout } from '../../../command-line/commands/logs.ts';

const worker = `2026-05-01T10:00:01.000Z [INFO] cleaning done {
  workflowId: 'lifecycle/m/1',
  cached: false
}
2026-05-01T10:00:09.000Z [INFO] cleaning done {
  workflowId: 'lifecycle/m/2'
}
{"level":30,"msg":"polling"}
`;
const trainer = `2026-05-01T10:00:00.500Z [INFO] fine-tuning done { workflowId: 'lifecycle/m/1/training' }
`;

describe('entriesAbout', () => {
  it('finds whole entries about a run in several logs, in the order of their times', () => {
    expect(entriesAbout([worker, trainer], 'lifecycle/m/1')).toEqual([
      trainer.trimEnd(),
      "2026-05-01T10:00:01.000Z [INFO] cleaning done {\n  workflowId: 'lifecycle/m/1',\n  cached: false\n}",
    ]);
  });

  it('is empty for a run that nobody mentions', () => {
    expect(entriesAbout([worker, trainer], 'lifecycle/m/3')).toEqual([]);
  });
});
