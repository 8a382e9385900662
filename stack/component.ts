// What the supervisor must know of a component to start it, ask for its health and end it.
import type { HealthCheck } from './health.ts';
import type { ComponentName } from './state.ts';

/** As `process.env`: variables of settings/settings.ts among others. */
export type Environment = Readonly<Record<string, string | undefined>>;
/** Port by purpose, such as `grpc` and `ui`. */
export type PortNumbers = Readonly<Record<string, number>>;

/** `tour` looks every two seconds, so that an alert comes while one watches; `default` spares the disk. */
export type StackProfile = 'default' | 'tour';

/** All that was decided before the first component starts. */
export interface StackPlan {
  /** Absolute. */
  readonly home: string;
  readonly profile: StackProfile;
  /** Components of this stack, in order of start. */
  readonly names: readonly ComponentName[];
  /** Ports of the components started here, by component and purpose. */
  readonly ports: Readonly<Partial<Record<ComponentName, PortNumbers>>>;
  /** The variables of settings/settings.ts that point at this stack, secrets excepted. */
  readonly environment: Environment;
  /** Of the MinIO started here; undefined where the store is one of yours, whose key your environment holds. */
  readonly minioPassword: string | undefined;
}

/** A program as found on this machine, with arguments that it needs before all others. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly version: string;
  readonly from: string;
}

interface Launch {
  readonly args: readonly string[];
  /** Added to the supervisor's own environment. */
  readonly env: Environment;
}

export interface ComponentDescription {
  readonly name: ComponentName;
  /** Preferred port by purpose. */
  readonly ports: PortNumbers;
  /** The variable that names one of yours; where it is set, none is started. */
  readonly externalBy?: string;
  /** Components that must be healthy first, where they are part of the stack. */
  readonly after: readonly ComponentName[];
  /** Seconds between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
  /** The program's arguments and variables on the ports that it got. */
  launch(plan: StackPlan, ports: PortNumbers): Launch;
  /** The variables of settings/settings.ts that tell others where it is. @param variables those known so far */
  announces(ports: PortNumbers, variables: Environment): Environment;
  /** Where a person or a client finds it, out of the stack's variables or its own ports. */
  url(variables: Environment, ports: PortNumbers): string;
  /** How to ask one that was started here. */
  health(variables: Environment, ports: PortNumbers): HealthCheck;
  /** How to ask one of yours, which may be another product. */
  externalHealth?(variables: Environment): HealthCheck;
  /**
   * Makes it ready for our use once it is healthy, yours as well as ours.
   * @returns what a person should know, one line each
   */
  prepare?(environment: Environment): Promise<readonly string[]>;
}
