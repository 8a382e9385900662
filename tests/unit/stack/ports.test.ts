import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePorts, isPortFree, readRememberedPorts, rememberPorts } from '../../../stack/ports.ts';

const wanted = { 'minio.s3': 9000, 'minio.console': 9001, 'prometheus.web': 9090 };
const preferred = { policy: 'preferred', remembered: {} } as const;

function allBut(...taken: number[]) {
  return (port: number) => Promise.resolve(!taken.includes(port));
}

describe('choosePorts', () => {
  it('takes the preferred ports when they are free', async () => {
    expect(await choosePorts(wanted, { ...preferred, isFree: allBut() })).toEqual(wanted);
  });

  it('moves a taken port upwards, past the port that another component prefers', async () => {
    const chosen = await choosePorts(wanted, { ...preferred, isFree: allBut(9000) });
    expect(chosen).toEqual({ ...wanted, 'minio.s3': 9002 });
  });

  it('comes back to the port of the last start while that is free', async () => {
    const remembered = { 'minio.s3': 9005, 'prometheus.web': 9095 };
    const chosen = await choosePorts(wanted, { policy: 'preferred', remembered, isFree: allBut(9095) });
    expect(chosen).toEqual({ ...wanted, 'minio.s3': 9005 });
  });

  it('says which port it wanted when none is free', async () => {
    const choosing = choosePorts(wanted, { ...preferred, isFree: () => Promise.resolve(false) });
    await expect(choosing).rejects.toThrow('no free port for minio.s3, wanted 9000');
  });

  it('gives distinct free ports under either policy, whatever is taken or remembered', async () => {
    const port = fc.integer({ min: 8_990, max: 9_100 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(port, { maxLength: 80 }),
        fc.dictionary(fc.constantFrom(...Object.keys(wanted)), port),
        fc.constantFrom('preferred' as const, 'anywhere' as const),
        async (taken, remembered, policy) => {
          const chosen = Object.values(
            await choosePorts(wanted, { policy, remembered, isFree: allBut(...taken) }),
          );
          expect(new Set(chosen).size).toBe(3);
          expect(chosen.filter((one) => taken.includes(one))).toEqual([]);
        },
      ),
    );
  });
});

describe('isPortFree', () => {
  it('tells a port that is listened on, on loopback or everywhere, from one that is not', async () => {
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      expect(await isPortFree(address.port)).toBe(false);
      await new Promise((resolve) => server.close(resolve));
      expect(await isPortFree(address.port)).toBe(true);
    }
  });
});

describe('rememberPorts', () => {
  it('keeps the ports of components that are not part of this start', async () => {
    const home = await mkdtemp(join(tmpdir(), 'coppice-ports-'));
    try {
      expect(await readRememberedPorts(home)).toEqual({});
      await rememberPorts(home, { 'minio.s3': 9002, 'gateway.http': 8080 });
      await rememberPorts(home, { 'minio.s3': 9003 });
      expect(await readRememberedPorts(home)).toEqual({ 'minio.s3': 9003, 'gateway.http': 8080 });
    } finally {
      await rm(home, { recursive: true });
    }
  });
});
