// Asks the gateway what a client would.
import { request } from 'undici';
import { RequestRefused, ServiceUnavailable } from '../client/failures.ts';
import { currentSettings } from './context.ts';

/**
 * @param path such as `/v1/classifications`
 * @returns the answer; T is what the route says
 * @throws RequestRefused in the gateway's words; ServiceUnavailable where it does not answer, or cannot just now
 */
export async function askGateway<T>(path: string, question: object): Promise<T> {
  const { gatewayUrl } = await currentSettings();
  const { statusCode, body } = await request(new URL(path, gatewayUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
  }).catch((error: unknown) => {
    throw new ServiceUnavailable(
      `the gateway at ${gatewayUrl} does not answer: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const reply = (await body.json()) as T & { error?: { message: string } };
  if (statusCode < 400) return reply;
  const message = reply.error?.message ?? `the gateway answered with status ${statusCode}`;
  throw statusCode < 500 ? new RequestRefused(message) : new ServiceUnavailable(message);
}
