// Every model on native TensorFlow; the other targets have tests/unit/pipeline/model/targets.test.ts.
import { describeModels } from '../support/graph-models-contract.ts';
import { runNatively } from '../support/graph-targets.ts';

describeModels('native TensorFlow', runNatively);
