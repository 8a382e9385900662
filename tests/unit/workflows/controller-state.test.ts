// What a controller decides from what it knows: alerts, runs, rollouts, and the state that travels on.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert, ControllerState, OpenWork } from '../../../contracts/messages.ts';
import { retrainingSchema, rolloutSchema } from '../../../contracts/model-spec/judgement.ts';
import {
  afterRollout,
  afterRun,
  emptyState,
  isRolloutOf,
  refuseAlert,
  refuseRollout,
  refuseRun,
  refuseTogether,
  remember,
  withHandledAlert,
  withOpenWork,
  withoutWaiting,
} from '../../../workflows/controller-state.ts';

const empty = emptyState('mail-filter');
const at = '2026-05-01T12:00:00.000Z';
const now = Date.parse(at);
const retraining = retrainingSchema.parse({ cooldownSeconds: 60 });
const run: OpenWork = { workflowId: 'lifecycle/mail-filter/1', startedAt: '2026-05-01T11:00:00.000Z' };
const rollout: OpenWork = { workflowId: 'rollout/mail-filter/2', startedAt: run.startedAt, version: 2 };
const alert: Alert = {
  status: 'firing',
  name: 'CoppiceQualityDrop',
  fingerprint: 'f1',
  startsAt: '2026-05-01T11:59:00Z',
  labels: {},
  annotations: {},
};
const judge = (state: ControllerState, overrides: Partial<Alert> = {}) =>
  refuseAlert(state, { ...alert, ...overrides }, { retraining, now, watching: false })?.decision;
const unwatched = { watching: false };

describe('a rollout of several versions', () => {
  const classifier = { task: 'text-classification' as const, rollout: rolloutSchema.parse({}) };
  const speaker = { ...classifier, task: 'language-modelling' as const };
  const reasonOf = (spec: Parameters<typeof refuseTogether>[0], version: number, others?: number[]) =>
    refuseTogether(spec, { version, ...(others && { others }) })?.reason;

  it('takes each version once', () => {
    expect(reasonOf(classifier, 2, [3, 4])).toBeUndefined();
    for (const others of [[2], [3, 3], [3, 2]])
      expect(reasonOf(classifier, 2, others)).toBe('several versions at once: expected each once');
  });

  it('takes something of a language model that tells which is the best', () => {
    expect(reasonOf(speaker, 2)).toBeUndefined();
    expect(reasonOf(speaker, 2, [3])).toMatch(/take rollout\.metrics$/);
    const judged = { ...speaker, rollout: rolloutSchema.parse({ metrics: ['rating'] }) };
    expect(reasonOf(judged, 2, [3])).toBeUndefined();
  });

  it('is that of each of them', () => {
    const open: OpenWork = { ...rollout, others: [3, 4] };
    expect([2, 3, 4, 5].map((version) => isRolloutOf(open, 'mail-filter', version))).toEqual([
      ...[true, true, true, false],
    ]);
    expect(isRolloutOf(rollout, 'mail-filter', 3)).toBe(false);
  });
});

describe('an alert', () => {
  it('may start a run where nothing speaks against it', () => {
    expect(judge(empty)).toBeUndefined();
  });

  it('starts none when it resolves, is not listed, has been acted upon, or comes while something is open', () => {
    expect(judge(empty, { status: 'resolved' })).toBe('resolved');
    expect(judge(empty, { name: 'DiskFull' })).toBe('ignored');
    expect(judge(withHandledAlert(empty, alert))).toBe('duplicate');
    expect(judge({ ...empty, run })).toBe('busy');
    expect(judge({ ...empty, rollout })).toBe('busy');
    expect(judge({ ...empty, paused: true })).toBe('paused');
  });

  it('counts as another one when it fires again, or when another series fires', () => {
    const handled = withHandledAlert(empty, alert);
    expect(judge(handled, { startsAt: '2026-05-01T11:59:30Z' })).toBeUndefined();
    expect(judge(handled, { fingerprint: 'f2' })).toBeUndefined();
  });

  it('is answered as a duplicate even while its run is open', () => {
    expect(judge({ ...withHandledAlert(empty, alert), run })).toBe('duplicate');
  });

  it('that was refused is not taken for one that was acted upon: repeated, it starts a run once nothing speaks against it', () => {
    const resting = { ...empty, lastRunEndedAt: at };
    for (const refusing of [{ ...empty, run }, { ...empty, paused: true }, resting]) {
      expect(judge(refusing)).toMatch(/^(busy|paused|cooldown)$/);
    }
    expect(judge(empty)).toBeUndefined();
    const rested = { ...empty, lastRunEndedAt: new Date(now - 60_000).toISOString() };
    expect(judge(rested)).toBeUndefined();
  });

  it('rests for the cooldown, to the second', () => {
    const ended = (secondsAgo: number) => ({
      ...empty,
      lastRunEndedAt: new Date(now - secondsAgo * 1_000).toISOString(),
    });
    expect(judge(ended(59))).toBe('cooldown');
    expect(judge(ended(60))).toBeUndefined();
  });

  it('is remembered among the newest hundred', () => {
    let state = empty;
    for (let index = 0; index <= 100; index += 1) {
      state = withHandledAlert(state, { ...alert, fingerprint: `f${index}` });
    }
    expect(state.handledAlerts).toHaveLength(100);
    expect(judge(state, { fingerprint: 'f0' })).toBeUndefined();
    expect(judge(state, { fingerprint: 'f100' })).toBe('duplicate');
  });
});

describe('a run or a rollout', () => {
  it('is refused while the model is paused, whoever asks', () => {
    const paused = { ...empty, paused: true };
    expect([refuseRun(paused, unwatched)?.decision, refuseRollout(paused)?.decision]).toEqual([
      'paused',
      'paused',
    ]);
  });

  it('is refused with the name of what is open', () => {
    expect(refuseRun({ ...empty, rollout }, unwatched)).toMatchObject({
      decision: 'busy',
      workflowId: rollout.workflowId,
    });
    expect(refuseRollout({ ...empty, rollout })).toMatchObject({
      decision: 'busy',
      workflowId: rollout.workflowId,
    });
  });

  it('may begin as a run while a rollout only watches, unless another run is open or the model is paused', () => {
    const watching = { watching: true };
    expect(refuseRun({ ...empty, rollout }, watching)).toBeUndefined();
    expect(refuseAlert({ ...empty, rollout }, alert, { retraining, now, ...watching })).toBeUndefined();
    expect(refuseRun({ ...empty, rollout, run }, watching)?.workflowId).toBe(run.workflowId);
    expect(refuseRun({ ...empty, rollout, paused: true }, watching)?.decision).toBe('paused');
  });

  it('may begin as a rollout while a run goes on', () => {
    expect(refuseRollout({ ...empty, run })).toBeUndefined();
  });
});

describe('the end of a run', () => {
  const finished = { workflowId: run.workflowId, outcome: 'registered', version: 3, reason: 'ok' } as const;

  it('frees the model and has its version wait for its turn', () => {
    expect(afterRun({ ...empty, run, waiting: [2] }, finished, at)).toEqual({
      ...empty,
      waiting: [2, 3],
      lastRunEndedAt: at,
    });
  });

  it('brings no version where nothing was registered', () => {
    for (const outcome of ['rejected', 'failed', 'cancelled'] as const) {
      const { waiting, run: open } = afterRun({ ...empty, run }, { ...finished, outcome }, at);
      expect([waiting, open]).toEqual([[], undefined]);
    }
  });

  it('leaves another run open', () => {
    const other = { ...finished, workflowId: 'lifecycle/mail-filter/other' };
    expect(afterRun({ ...empty, run }, other, at).run).toEqual(run);
  });
});

describe('the end of a rollout', () => {
  const finished = { workflowId: rollout.workflowId, version: 2, verdict: 'promote', reason: 'ok' } as const;

  it('frees the model', () => {
    expect(afterRollout({ ...empty, rollout }, finished)).toEqual(empty);
  });

  it('leaves another rollout open', () => {
    const state = { ...empty, rollout };
    expect(afterRollout(state, { ...finished, workflowId: 'rollout/mail-filter/1' })).toEqual(state);
  });
});

describe('versions that wait', () => {
  it('leave the queue one by one, the others in their order', () => {
    expect(withoutWaiting({ ...empty, waiting: [2, 3, 4] }, 3).waiting).toEqual([2, 4]);
  });
});

describe('what is open', () => {
  const justBegun = { ...run, startedAt: '2026-05-01T11:59:55.000Z' };
  const saidItEnded = (when: string) =>
    remember(empty, { at: when, what: run.workflowId, decision: 'done', reason: 'registered: ok' });

  it('is what the server lists', () => {
    expect(withOpenWork(empty, { run, rollout }, now)).toEqual({ ...empty, run, rollout });
    expect(withOpenWork({ ...empty, run, rollout }, {}, now)).toEqual(empty);
  });

  it('keeps what the controller knows of it beyond the listing', () => {
    const known = { ...run, trigger: { kind: 'person' as const, name: 'kim' } };
    expect(withOpenWork({ ...empty, run: known }, { run }, now).run).toEqual(known);
  });

  it('holds what has just begun and is not listed yet', () => {
    expect(withOpenWork({ ...empty, run: justBegun }, {}, now).run).toEqual(justBegun);
  });

  it('does not hold what has said that it ended, though it is still listed', () => {
    const state = saidItEnded('2026-05-01T11:59:59.000Z');
    expect(withOpenWork(state, { run }, now).run).toBeUndefined();
  });

  it('holds a second rollout of a version whose first has ended', () => {
    const state = saidItEnded('2026-05-01T10:00:00.000Z'); // before this one began
    expect(withOpenWork(state, { run }, now).run).toEqual(run);
  });
});

describe('the history', () => {
  it('keeps the newest hundred entries, newest last', () => {
    let state = empty;
    for (let index = 0; index < 130; index += 1) {
      state = remember(state, { at, what: `${index}`, decision: 'done', reason: '' });
    }
    expect(state.history.map(({ what }) => what)).toEqual(
      Array.from({ length: 100 }, (_, index) => `${index + 30}`),
    );
  });

  it('keeps one entry of a refusal that repeats, the newest, whatever comes between', () => {
    const say = (minute: number, what: string, decision: string) => ({
      at: `2026-05-01T12:0${minute}:00.000Z`,
      what,
      decision,
      reason: `at ${minute}`,
    });
    const told = [
      say(0, 'alert A', 'started'),
      say(1, 'alert A', 'duplicate'),
      say(2, 'alert B', 'busy'),
      say(3, 'alert A', 'duplicate'),
      say(4, 'alert B', 'busy'),
      say(5, 'alert B', 'cooldown'),
      say(6, 'retrain', 'started'),
      say(7, 'retrain', 'started'),
    ];
    expect(told.reduce(remember, empty).history.map(({ reason }) => reason)).toEqual(
      [0, 3, 4, 5, 6, 7].map((minute) => `at ${minute}`),
    );
  });

  it('stays small enough to travel, whatever reasons are given', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 0, maxLength: 5_000 }), (reason) => {
        let state = empty;
        for (let index = 0; index < 100; index += 1) {
          state = remember(state, { at, what: 'run', decision: 'done', reason });
        }
        expect(state.history[0].reason.length).toBeLessThanOrEqual(300);
      }),
      { numRuns: 50 },
    );
    const { history } = remember(empty, { at, what: 'run', decision: 'done', reason: 'x'.repeat(2_000_000) });
    expect(history[0].reason).toMatch(/^x{299}…$/);
  });
});
