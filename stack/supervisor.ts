// Starts the components in order, keeps them running, tells what it does in the home's stack.json, and ends them all.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../settings/settings.ts';
import type { ComponentDescription, Environment, Program, StackPlan } from './component.ts';
import { type ComponentRun, runComponent, watchHealth } from './component-run.ts';
import { components } from './components.ts';
import { startOnLeash } from './leash.ts';
import { writeMonitoringFiles } from './monitoring-files.ts';
import type { StackOptions } from './options.ts';
import { isExternal, makePlan, wantedPorts } from './plan.ts';
import { choosePorts, readRememberedPorts, rememberPorts } from './ports.ts';
import { findPrograms } from './programs.ts';
import { type ComponentName, type ComponentState, type PublishedState, publishState } from './state.ts';

export interface SupervisorContext {
  readonly options: StackOptions;
  /** Of the supervisor's process; what it starts inherits it. */
  readonly environment: Environment;
  readonly log: (line: string) => void;
}

export interface Supervisor {
  /** Resolves when every component is healthy; rejects with the reason when one cannot be started. */
  readonly ready: Promise<void>;
  readonly state: PublishedState;
  /** Ends the components, last started first; resolves when nothing of them is left. */
  stop(): Promise<void>;
}

interface Ground {
  readonly context: SupervisorContext;
  readonly plan: StackPlan;
  readonly programs: ReadonlyMap<ComponentName, Program>;
  readonly state: PublishedState;
}

/**
 * @throws ProgramsMissing when servers are not installed
 * @throws SettingsError when the environment is wrong
 */
export async function supervise(context: SupervisorContext): Promise<Supervisor> {
  const { options, environment } = context;
  const { home } = options;
  const chosen = components.filter(({ name }) => options.components.includes(name));
  const local = chosen.filter((description) => !isExternal(description, environment));
  readSettings(environment);
  const programs = await findPrograms(
    local.map(({ name }) => name),
    environment,
  );
  const remembered = await readRememberedPorts(home);
  const ports = await choosePorts(wantedPorts(local), { remembered, policy: options.ports });
  const plan = await makePlan(options, environment, { chosen: ports, local });
  await Promise.all([
    mkdir(join(home, 'logs'), { recursive: true }),
    mkdir(join(home, 'data'), { recursive: true }),
    rememberPorts(home, ports),
    writeMonitoringFiles(plan),
  ]);
  const state = publishState({
    home,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    phase: 'starting',
    failure: null,
    notes: [],
    components: Object.fromEntries(chosen.map((one) => [one.name, initialState(one, plan, programs)])),
    environment: Object.fromEntries(
      Object.entries(plan.environment).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
  });
  return startAll(chosen, { context, plan, programs, state });
}

function startAll(chosen: readonly ComponentDescription[], ground: Ground): Supervisor {
  const runs = new Map<ComponentName, ComponentRun>();
  const started = new Map<ComponentName, Promise<void>>();
  const ending = new AbortController();
  for (const description of chosen) {
    const before = description.after.flatMap((name) => started.get(name) ?? []);
    const ready = Promise.all(before).then(async () => {
      if (ending.signal.aborted) return;
      const external = isExternal(description, ground.context.environment);
      const run = external ? watchExternal(description, ground) : startLocal(description, ground);
      runs.set(description.name, run);
      await run.started;
      await prepare(description, ground);
    });
    ready.catch(() => undefined); // told below, through `ready` of all
    started.set(description.name, ready);
  }
  return {
    ready: Promise.all(started.values()).then(() => undefined),
    state: ground.state,
    stop: async () => {
      ending.abort();
      await stopAll(chosen, runs);
      await ground.state.written();
    },
  };
}

async function prepare(description: ComponentDescription, { context, plan, state }: Ground): Promise<void> {
  if (description.prepare === undefined) return;
  const notes = await description.prepare({ ...context.environment, ...plan.environment });
  for (const note of notes) context.log(note);
  state.change({ notes: [...state.current.notes, ...notes] });
}

/** What needs others ends first: each waits for those that rest upon it. */
async function stopAll(
  chosen: readonly ComponentDescription[],
  runs: ReadonlyMap<ComponentName, ComponentRun>,
): Promise<void> {
  const stopped = new Map<ComponentName, Promise<void>>();
  for (const { name } of [...chosen].reverse()) {
    const above = chosen
      .filter(({ after }) => after.includes(name))
      .flatMap((one) => stopped.get(one.name) ?? []);
    const stop = async (): Promise<void> => {
      await Promise.all(above);
      await runs.get(name)?.stop();
    };
    stopped.set(name, stop());
  }
  await Promise.all(stopped.values());
}

function startLocal(description: ComponentDescription, ground: Ground): ComponentRun {
  const { name } = description;
  const { plan, programs, state, context } = ground;
  const program = programs.get(name);
  if (program === undefined) throw new Error(`no program was found for ${name}`);
  const ports = plan.ports[name] ?? {};
  const { args, env } = description.launch(plan, ports);
  const logFile = logFileOf(name, plan);
  return runComponent({
    name,
    logFile,
    start: () =>
      startOnLeash({
        file: program.file,
        args: [...program.args, ...args],
        env: { ...context.environment, ...env },
        logFile,
        graceSeconds: description.graceSeconds,
      }),
    health: description.health(plan.environment, ports),
    onChange: (change) => state.changeComponent(name, change),
    log: context.log,
  });
}

/** One of yours: asked for its health only. */
function watchExternal(description: ComponentDescription, ground: Ground): ComponentRun {
  const { name } = description;
  const { plan, state, context } = ground;
  const health = description.externalHealth?.(plan.environment) ?? description.health(plan.environment, {});
  let watching = Promise.resolve();
  const stopping = new AbortController();
  const started = new Promise<void>((resolve) => {
    watching = watchHealth(
      {
        name,
        health,
        onChange: (change) => state.changeComponent(name, change),
        log: context.log,
        signal: stopping.signal,
        wellState: 'external',
      },
      resolve,
    );
  });
  return {
    started,
    stop: () => {
      stopping.abort();
      return watching;
    },
  };
}

function initialState(
  description: ComponentDescription,
  plan: StackPlan,
  programs: ReadonlyMap<ComponentName, Program>,
): ComponentState {
  const { name } = description;
  const ports = plan.ports[name];
  const program = programs.get(name);
  return {
    state: ports === undefined ? 'external' : 'waiting',
    pid: null,
    ports: { ...ports },
    url: description.url(plan.environment, ports ?? {}),
    restarts: 0,
    logFile: ports === undefined ? null : logFileOf(name, plan),
    version: program?.version ?? 'unknown',
    from: program?.from ?? description.externalBy ?? 'unknown',
    problem: null,
  };
}

const logFileOf = (name: ComponentName, { home }: StackPlan): string => join(home, 'logs', `${name}.log`);
