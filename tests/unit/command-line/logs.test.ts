import { describe, expect, it } from 'vitest';
import { entriesAbout, runEntries } from '../../../command-line/commands/logs.ts';

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

describe('runEntries', () => {
  it('refuses a run about which nothing was written, unless it is to be followed', () => {
    expect(() => runEntries([worker, trainer], 'lifecycle/m/3', false)).toThrow(
      'neither worker nor trainer wrote anything about lifecycle/m/3',
    );
    expect(runEntries([worker, trainer], 'lifecycle/m/3', true)).toEqual([]);
    expect(runEntries([worker, trainer], 'lifecycle/m/1', false)).toHaveLength(2);
  });
});
