// What the chapters of the tour share: the running stack, the client, the traffic, and what was learned on the way.

import type { ControlApi } from '../../../client/control-api.ts';
import type { CoppiceClient } from '../../../client/coppice-client.ts';
import type { LifecycleResult, RolloutResult } from '../../../contracts/messages.ts';
import type { ModelSpec } from '../../../contracts/model-spec/model-spec.ts';
import type { Settings } from '../../../settings/settings.ts';
import type { PreparedMails } from '../prepare.ts';
import type { createLabelBatches } from './labels.ts';
import type { Traffic } from './traffic.ts';

export const model = 'mail-filter';

/** The tour did not come out as told; the message says what was expected and what came. */
export class TourFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TourFailure';
  }
}

/** Filled chapter by chapter; what a chapter needs, an earlier one has put there. */
export interface Session {
  readonly home: string;
  readonly spec: ModelSpec;
  readonly startedAt: number;
  mails?: PreparedMails;
  running?: Running;
  /** Runs by version. */
  readonly runs: Map<
    number,
    { readonly result: LifecycleResult; readonly workflowId: string; readonly tokensPerSecond: number }
  >;
  readonly rollouts: {
    readonly version: number;
    readonly entry: 'shadow' | 'canary';
    readonly result: RolloutResult;
  }[];
}

/** What is there once the stack runs. */
export interface Running {
  readonly settings: Settings;
  readonly client: CoppiceClient;
  readonly control: ControlApi;
  readonly label: Awaited<ReturnType<typeof createLabelBatches>>;
  readonly traffic: Traffic;
}

/** @throws TypeError where a chapter runs before the one that it needs: a defect of the tour itself */
export function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new TypeError(`the tour has no ${what} yet`);
  return value;
}

/** @throws TourFailure unless the condition holds */
export function expectThat(condition: boolean, expectation: string): asserts condition {
  if (!condition) throw new TourFailure(`expected ${expectation}`);
}
