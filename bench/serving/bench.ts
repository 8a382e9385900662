// The gateway: against FastAPI over loopback, and against what was promised of it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../measure.ts';
import { installPython } from '../python-peer.ts';
import { classificationCases } from './classification.ts';
import { gatewayGoals } from './gateway.ts';
import { generationCases } from './generation.ts';
import { createLatencies } from './latencies.ts';

const packages = [
  'fastapi==0.165.0',
  'uvicorn==0.54.0',
  'torch==2.15.0',
  'onnxruntime==1.30.0',
  'tokenizers==0.23.3',
  'numpy==2.4.6',
];
const threads = 2;

export async function openServingBench(say: (line: string) => void): Promise<Bench> {
  say(`installs ${packages.join(', ')} where they are missing`);
  const python = await installPython('serving-torch-2.15.0', packages);
  const folder = await mkdtemp(join(tmpdir(), 'coppice-serving-'));
  const latencies = createLatencies();
  const peers = { python, threads, latencies };
  const classification = await classificationCases({ ...peers, folder: join(folder, 'classifier') });
  const generation = await generationCases({ ...peers, folder: join(folder, 'generator'), say });
  const remarks = [
    `${packages.join(', ')}; peers with ${threads} threads; loopback, cases without a store; uvicorn without uvloop`,
  ];
  const gateway = gatewayGoals({ folder: join(folder, 'gateway'), say, remarks });
  return {
    cases: [...classification.cases, ...generation.cases],
    goals: gateway.goals,
    get remarks() {
      return [...remarks, ...latencies.lines()];
    },
    close: async () => {
      for (const server of [...classification.servers, ...generation.servers]) await server.stop();
      await gateway.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
