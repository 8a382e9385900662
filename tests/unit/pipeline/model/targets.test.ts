// Every model on the two targets that need no native TensorFlow; the third has tests/integration/graph-models.test.ts.
import { beforeAll, vi } from 'vitest';
import { describeModels } from '../../../support/graph-models-contract.ts';
import { runOnOnnx, runPlainly } from '../../../support/graph-targets.ts';
import { usePlainBackend } from './plain-backend.ts';

// Differences are taken in plain float64 JavaScript, which takes its time where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });
beforeAll(usePlainBackend);

describeModels('plain TensorFlow.js', runPlainly);
describeModels('ONNX Runtime', runOnOnnx);
