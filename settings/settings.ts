// The only reader of the environment. Read once at a process's root and passed down; everything has a default that
// fits the local stack.
import { z } from 'zod';
import { Secret } from './secret.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const host = z.union([z.ipv4(), z.ipv6(), z.hostname()], 'expected an address or a host name');
const url = z.url({ protocol: /^https?$/ });

const environmentSchema = z.object({
  /** Where the local stack keeps data, logs and its own addresses. */
  COPPICE_HOME: z.string().default('.coppice'),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_TLS_CERT: z.string().optional(),
  TEMPORAL_TLS_KEY: z.string().optional(),
  TEMPORAL_UI_URL: url.default('http://127.0.0.1:8233'),
  MINIO_ENDPOINT: url.default('http://127.0.0.1:9000'),
  MINIO_CONSOLE_URL: url.default('http://127.0.0.1:9001'),
  MINIO_ACCESS_KEY: z.string().default('coppice'),
  MINIO_SECRET_KEY: z.string().default('coppice-local'),
  MINIO_REGION: z.string().default('us-east-1'),
  COPPICE_ARTIFACTS_BUCKET: z.string().default('coppice-artifacts'),
  COPPICE_REGISTRY_BUCKET: z.string().default('coppice-registry'),
  /** A program that signs for the registry, in place of a private key in a file. */
  COPPICE_SIGNING_COMMAND: z.string().min(1).optional(),
  /** Of the pseudonyms of authors, in place of a key in a file. */
  COPPICE_PSEUDONYM_KEY: z.string().min(16).optional(),
  PROMETHEUS_URL: url.default('http://127.0.0.1:9090'),
  ALERTMANAGER_URL: url.default('http://127.0.0.1:9093'),
  GATEWAY_URL: url.default('http://127.0.0.1:8080'),
  CONTROL_URL: url.default('http://127.0.0.1:8090'),
  /** Where this process serves HTTP (gateway, control) or its metrics (worker, trainer); 0 takes any free port. */
  COPPICE_PORT: port.default(0),
  /** How long a cached result is kept after its last use. */
  COPPICE_CACHE_DAYS: z.coerce.number().positive().default(30),
  /** What a gateway keeps on its disk at most of records that are not in the store yet. */
  COPPICE_OUTBOX_MIB: z.coerce.number().positive().default(1024),
  /** Addresses to listen on. Beyond the loopback address whoever reaches them may ask: they have no accounts. */
  COPPICE_GATEWAY_HOST: host.default('127.0.0.1'),
  COPPICE_CONTROL_HOST: host.default('127.0.0.1'),
  COPPICE_METRICS_HOST: host.default('127.0.0.1'),
  COPPICE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** Addresses, credentials and limits of one process. */
export interface Settings {
  readonly home: string;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly apiKey: Secret | undefined;
    readonly tlsCertificatePath: string | undefined;
    readonly tlsKeyPath: string | undefined;
    readonly uiUrl: string;
  };
  readonly store: {
    readonly endpoint: string;
    readonly consoleUrl: string;
    readonly accessKey: string;
    readonly secretKey: Secret;
    readonly region: string;
    readonly artifactsBucket: string;
    readonly registryBucket: string;
  };
  /** Path of an executable that signs for the registry; absent: a key file in `home`. */
  readonly signingCommand: string | undefined;
  /** Absent: a key file in `home`. */
  readonly pseudonymKey: Secret | undefined;
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  readonly gatewayUrl: string;
  readonly controlUrl: string;
  readonly port: number;
  /** Where the gateway listens. */
  readonly gatewayHost: string;
  /** Where the control process listens. */
  readonly controlHost: string;
  /** Where worker and trainer show their metrics. */
  readonly metricsHost: string;
  readonly cacheDays: number;
  readonly outboxLimitBytes: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** The environment does not say what it should; every problem is named. */
export class SettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the environment is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/**
 * @param environment usually `process.env`
 * @throws SettingsError with every variable that is wrong
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    throw new SettingsError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  }
  const env = parsed.data;
  return {
    home: env.COPPICE_HOME,
    temporal: {
      address: env.TEMPORAL_ADDRESS,
      namespace: env.TEMPORAL_NAMESPACE,
      apiKey: env.TEMPORAL_API_KEY === undefined ? undefined : new Secret(env.TEMPORAL_API_KEY),
      tlsCertificatePath: env.TEMPORAL_TLS_CERT,
      tlsKeyPath: env.TEMPORAL_TLS_KEY,
      uiUrl: env.TEMPORAL_UI_URL,
    },
    store: {
      endpoint: env.MINIO_ENDPOINT,
      consoleUrl: env.MINIO_CONSOLE_URL,
      accessKey: env.MINIO_ACCESS_KEY,
      secretKey: new Secret(env.MINIO_SECRET_KEY),
      region: env.MINIO_REGION,
      artifactsBucket: env.COPPICE_ARTIFACTS_BUCKET,
      registryBucket: env.COPPICE_REGISTRY_BUCKET,
    },
    signingCommand: env.COPPICE_SIGNING_COMMAND,
    pseudonymKey: env.COPPICE_PSEUDONYM_KEY === undefined ? undefined : new Secret(env.COPPICE_PSEUDONYM_KEY),
    prometheusUrl: env.PROMETHEUS_URL,
    alertmanagerUrl: env.ALERTMANAGER_URL,
    gatewayUrl: env.GATEWAY_URL,
    controlUrl: env.CONTROL_URL,
    port: env.COPPICE_PORT,
    gatewayHost: env.COPPICE_GATEWAY_HOST,
    controlHost: env.COPPICE_CONTROL_HOST,
    metricsHost: env.COPPICE_METRICS_HOST,
    cacheDays: env.COPPICE_CACHE_DAYS,
    outboxLimitBytes: env.COPPICE_OUTBOX_MIB * 1024 * 1024,
    logLevel: env.COPPICE_LOG_LEVEL,
  };
}
