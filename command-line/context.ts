// What a verb works with: the settings of the environment, completed by the local stack where one runs.

import { type ControlApi, createControlApi } from '../client/control-api.ts';
import { type CoppiceClient, connectCoppice } from '../client/coppice-client.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { readStack } from '../stack/control.ts';

/** A service that a verb needs does not answer. */
export class ServiceUnavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ServiceUnavailable';
  }
}

/** Variables of the environment win over those of the stack. */
export async function currentSettings(): Promise<Settings> {
  const { home } = readSettings(process.env);
  const stack = await readStack(home);
  return readSettings({ ...stack?.environment, ...process.env });
}

/** Connects to Temporal for the time of one verb. */
export async function withClient<T>(
  work: (client: CoppiceClient, settings: Settings) => Promise<T>,
): Promise<T> {
  const settings = await currentSettings();
  const client = await connectCoppice(settings).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceUnavailable(
      `no Temporal server answers at ${settings.temporal.address} (${reason}); \`coppice up\` starts the local stack`,
    );
  });
  try {
    return await work(client, settings);
  } finally {
    await client.close();
  }
}

export async function controlApi(): Promise<ControlApi> {
  return createControlApi((await currentSettings()).controlUrl);
}

/** Who asks, for ledgers and histories. */
export function requester(): string {
  return process.env.USER ?? process.env.LOGNAME ?? 'someone';
}
