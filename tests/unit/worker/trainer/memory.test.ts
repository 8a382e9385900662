import { describe, expect, it } from 'vitest';
import { availableMemory, processMemory } from '../../../../worker/trainer/memory.ts';

const meminfo = 'MemTotal:       8000000 kB\nMemFree:         100000 kB\nMemAvailable:   4000000 kB\n';
const machine = 4_000_000 * 1_024;

/** A machine with these files. */
const having = (files: Record<string, string>) =>
  availableMemory((path) => (path === '/proc/meminfo' ? meminfo : files[path]));

describe('the memory that is left', () => {
  it('is that of the machine where no control group says otherwise', () => {
    expect(having({})).toBe(machine);
    expect(having({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': 'max\n' })).toBe(machine);
  });

  it('is what the control group leaves, with the pages of files that it can give back', () => {
    const group = '/sys/fs/cgroup/pod/one';
    const files = {
      '/proc/self/cgroup': '0::/pod/one\n',
      [`${group}/memory.max`]: '1000000\n',
      [`${group}/memory.current`]: '700000\n',
      [`${group}/memory.stat`]: 'anon 500000\ninactive_file 200000\nactive_file 7\n',
    };
    expect(having(files)).toBe(500_000);
    expect(having({ ...files, [`${group}/memory.current`]: '1400000\n' })).toBe(0);
  });

  it('is read from the first version of control groups too, and from the root where the path is not mounted', () => {
    const files = {
      '/proc/self/cgroup': '9:cpu:/x\n4:memory,other:/docker/abc\n0::/\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '3000000\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1000000\n',
      '/sys/fs/cgroup/memory/memory.stat': 'inactive_file 5\ntotal_inactive_file 400000\n',
    };
    expect(having(files)).toBe(2_400_000);
    const unlimited = { ...files, '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n' };
    expect(having(unlimited)).toBe(machine);
  });

  it('is known of this process, which never had less than it has', () => {
    expect(processMemory.available()).toBeGreaterThan(0);
    expect(processMemory.peak()).toBeGreaterThan(1e6);
    expect(processMemory.resident()).toBeGreaterThan(1e6);
  });
});
