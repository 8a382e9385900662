import { describe, expect, it } from 'vitest';
import { nodeProblem } from '../../../setup/components.mjs';
import { checksumIn } from '../../../setup/download.mjs';
import { compareVersions, tooOld } from '../../../setup/probe.mjs';
import { releaseAsset } from '../../../setup/server-sources.mjs';
import { firstThatWorks, missingMessage, waysToGet } from '../../../setup/servers.mjs';
import { bundles, servers } from '../../../setup/versions.mjs';

const silentStep = { progress: () => {}, detail: () => {}, done: () => {}, failed: () => {} };

function releaseOf(name: keyof typeof bundles) {
  const { release } = bundles[name];
  if (release === null) throw new Error(`${name} has no release`);
  return release;
}

describe('an official release', () => {
  it.each([
    [
      'temporal',
      'linux',
      'x64',
      'temporalio/cli/releases/download/v1.5.1/temporal_cli_1.5.1_linux_amd64.tar.gz',
    ],
    [
      'temporal',
      'darwin',
      'arm64',
      'temporalio/cli/releases/download/v1.5.1/temporal_cli_1.5.1_darwin_arm64.tar.gz',
    ],
    [
      'prometheus',
      'linux',
      'arm64',
      'prometheus/prometheus/releases/download/v3.5.0/prometheus-3.5.0.linux-arm64.tar.gz',
    ],
    [
      'alertmanager',
      'linux',
      'x64',
      'prometheus/alertmanager/releases/download/v0.28.1/alertmanager-0.28.1.linux-amd64.tar.gz',
    ],
  ] as const)('of %s for %s-%s is named as its project names it', (name, platform, arch, path) => {
    expect(releaseAsset(releaseOf(name), platform, arch).url).toBe(`https://github.com/${path}`);
  });

  it('is not looked for where none is made', () => {
    expect(() => releaseAsset(releaseOf('temporal'), 'win32', 'x64')).toThrow(
      'no release is known for win32-x64',
    );
    expect(() => releaseAsset(releaseOf('temporal'), 'linux', 'riscv64')).toThrow('linux-riscv64');
  });

  it('has its checksum pinned on Linux, and each checksum once', () => {
    const pinned = Object.values(bundles).flatMap(({ release }) => Object.values(release?.sha256 ?? {}));
    expect(pinned.filter((sum) => !/^[0-9a-f]{64}$/.test(sum))).toEqual([]);
    expect(new Set(pinned).size).toBe(pinned.length);
    for (const name of ['temporal', 'prometheus', 'alertmanager'] as const) {
      expect(releaseAsset(releaseOf(name), 'linux', 'x64').sha256).toBeDefined();
    }
  });

  it('is held against the line of the sums file that names exactly it', () => {
    const digest = 'a'.repeat(64);
    const sums = `${'b'.repeat(64)}  x-1.0.tar.gz.asc\nnonsense\n${digest} *x-1.0.tar.gz\n`;
    expect(checksumIn(sums, 'x-1.0.tar.gz')).toBe(digest);
    expect(checksumIn(sums, 'x-1.1.tar.gz')).toBeUndefined();
    expect(checksumIn('not-a-digest  x-1.0.tar.gz', 'x-1.0.tar.gz')).toBeUndefined();
  });
});

describe('the ways to get a server', () => {
  it('are release, Debian, go install, in this order', () => {
    expect(waysToGet('prometheus', silentStep).map(({ source }) => source)).toEqual([
      'release',
      'debian',
      'go',
    ]);
  });

  it('are tried one after the other until one works, and no further', async () => {
    const asked: string[] = [];
    const way = (source: 'release' | 'debian' | 'go', outcome: () => Promise<string>) => ({
      source,
      get: () => {
        asked.push(source);
        return outcome();
      },
    });
    const outcome = await firstThatWorks([
      way('release', () => Promise.reject(new Error('github.com is not reached'))),
      way('debian', () => Promise.resolve('2.42.0')),
      way('go', () => Promise.resolve('never')),
    ]);
    expect(outcome).toEqual({
      got: '2.42.0',
      tried: [{ where: 'official release', why: 'github.com is not reached' }],
    });
    expect(asked).toEqual(['release', 'debian']);
  });

  it('leave one message when none works: what was tried, why each failed, what to do', async () => {
    const outcome = await firstThatWorks<string>([
      { source: 'release', get: () => Promise.reject(new Error('github.com is not reached')) },
      { source: 'go', get: () => Promise.reject(new Error('go is not here')) },
    ]);
    expect(outcome).toHaveProperty('missing', true);
    const message = missingMessage('prometheus', [
      { where: 'PATH', why: 'no prometheus there' },
      ...outcome.tried,
    ]);
    expect(message.split('\n')).toEqual(
      expect.arrayContaining([
        'Prometheus (prometheus, promtool) could not be had.',
        '    PATH                   no prometheus there',
        '    official release       github.com is not reached',
        '    built with go install  go is not here',
        '    set PROMETHEUS_URL to one that runs elsewhere',
      ]),
    );
    expect(message).toContain('COPPICE_PROMETHEUS_BIN and COPPICE_PROMTOOL_BIN');
  });

  it('do not send anyone to a release that does not exist', () => {
    expect(missingMessage('minio', [{ where: 'PATH', why: 'no minio there' }])).not.toContain('github.com');
  });
});

describe('versions', () => {
  it('compare by their numbers, not their letters', () => {
    expect(compareVersions('2.42.0+ds-5', '2.42.0')).toBe(0);
    expect(compareVersions('2.9.1', '2.42.0')).toBeLessThan(0);
    expect(compareVersions('3', '2.42.0')).toBeGreaterThan(0);
  });

  it('are too old below the lowest that is known to work', () => {
    expect(tooOld('0.24.0', servers.alertmanager.lowest)).toBe('version 0.24.0 is older than 0.25.0');
    expect(tooOld('0.25.0', servers.alertmanager.lowest)).toBeUndefined();
    expect(tooOld('', servers.alertmanager.lowest)).toBeUndefined();
    expect(tooOld('DEVELOPMENT.GOGET', servers.minio.lowest)).toBeUndefined();
  });

  it.each(['20.11.0', '20.20.2', '22.1.0', '24.9.0'])('Node.js %s serves', (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  });

  it.each(['18.20.4', '20.10.0', '25.0.0'])('Node.js %s is refused by name', (version) => {
    expect(nodeProblem(version)).toContain(`this is ${version}`);
  });
});
