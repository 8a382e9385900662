// What a verb works with: the settings of the environment, completed by the local stack where one runs.
import { userInfo } from 'node:os';
import { type ControlApi, ControlApiError, createControlApi } from '../client/control-api.ts';
import { type CoppiceClient, connectCoppice } from '../client/coppice-client.ts';
import { explainTemporalError, RequestRefused, ServiceUnavailable } from '../client/failures.ts';
import { workflowIds } from '../contracts/messages.ts';
import { formatVersion } from '../contracts/registry.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { readStack } from '../stack/control.ts';
import { acceptsConnections } from '../stack/health.ts';

/** Variables of the environment win over those of the stack. */
export async function currentSettings(): Promise<Settings> {
  const { home } = readSettings(process.env);
  const stack = await readStack(home);
  return readSettings({ ...stack?.environment, ...process.env });
}

/** Connects to Temporal for the time of one verb; what goes wrong there is told in words. */
export async function withClient<T>(
  work: (client: CoppiceClient, settings: Settings) => Promise<T>,
): Promise<T> {
  const settings = await currentSettings();
  const { address } = settings.temporal;
  const client = await connect(settings);
  try {
    return await work(client, settings);
  } catch (error) {
    throw explainTemporalError(error, address);
  } finally {
    await client.close();
  }
}

/** Where a look finds nobody, gRPC, which would go on trying, gets a moment only: it may know a proxy that we do not. */
const patienceMs = { look: 2_000, absent: 1_000, present: 5_000 };

/** @throws ServiceUnavailable in seconds where no server answers */
async function connect(settings: Settings): Promise<CoppiceClient> {
  const { address } = settings.temporal;
  const absence = await acceptsConnections(address)(patienceMs.look);
  const timeoutMs = absence === undefined ? patienceMs.present : patienceMs.absent;
  return connectCoppice(settings, timeoutMs).catch((error: unknown) => {
    const reason = absence ?? `${address}: ${error instanceof Error ? error.message : String(error)}`;
    throw new ServiceUnavailable(`no Temporal server: ${reason}; \`coppice up\` starts the local stack`);
  });
}

export async function controlApi(): Promise<ControlApi> {
  return createControlApi((await currentSettings()).controlUrl);
}

/**
 * A word to a model that nobody has applied would start a controller for it, which then lives for ever.
 * @throws RequestRefused where the model has neither a controller nor a stored spec
 */
export async function requireModel(client: CoppiceClient, model: string): Promise<void> {
  const controller = await client.describeWorkflow(workflowIds.controller(model));
  if (controller?.status === 'RUNNING') return;
  const api = await controlApi();
  await api.versions(model).catch((error: unknown) => {
    if (!(error instanceof ControlApiError)) throw error;
    if (error.status === 404)
      throw new RequestRefused(`${model} is not known here: \`coppice apply <model file>\` comes first`);
    // Steering must not wait for pages: where the control API is away, the controller decides by itself.
  });
}

/**
 * A rollout of a version that does not exist would start, and fail where nobody looks.
 * @throws RequestRefused where the registry has no such version
 */
export async function requireVersion(model: string, version: number): Promise<void> {
  const api = await controlApi();
  const versions = await api.versions(model).catch((error: unknown) => {
    if (error instanceof ControlApiError) return undefined; // steering must not wait for pages
    throw error;
  });
  if (versions && !versions.some((it) => it.version === version))
    throw new RequestRefused(`${formatVersion(model, version)} is not in the registry`);
}

/**
 * What is applied goes into the store; a controller that cannot write there tries for long and says nothing.
 * @throws ControlApiError where the control API says that the registry cannot be read
 */
export async function requireRegistry(model: string): Promise<void> {
  const api = await controlApi();
  await api.versions(model).catch((error: unknown) => {
    if (error instanceof ControlApiError && error.status < 500) return; // a new model, or pages that are away
    throw error;
  });
}

/** Who asks, for ledgers and histories. */
export function requester(): string {
  return process.env.USER ?? process.env.LOGNAME ?? accountName() ?? 'someone';
}

function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // an account without a name, as in some containers
  }
}
