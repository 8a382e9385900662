// What a Temporal server must have before our workflows run on it: the namespace and the search attributes.
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { msToTs } from '@temporalio/common/lib/time.js';
import { type SearchAttribute, searchAttributes } from '../contracts/search-attributes.ts';
import type { Settings } from '../settings/settings.ts';

type IndexedValueType = NonNullable<ReturnType<typeof encodeSearchAttributeIndexedValueType>>;
const keyword = encodeSearchAttributeIndexedValueType('KEYWORD') as IndexedValueType; // undefined for undefined only
const grpcNotFound = 5; // google.rpc.Code
const grpcAlreadyExists = 6;
const retention = '30 days'; // closed workflows stay visible for a month
const visibleWithinMs = 10_000; // a new namespace reaches all parts of a server at its next refresh

type TemporalSettings = Settings['temporal'];

/**
 * Creates the namespace and the search attributes that are absent. An attribute that the server refuses, because no
 * slot is free or the key may not, is left out: workflows start without it.
 * @returns what a person should know, one line each; empty when all is there
 */
export async function prepareTemporal(temporal: TemporalSettings): Promise<readonly string[]> {
  const connection = await connect(temporal);
  try {
    await ensureNamespace(connection, temporal.namespace);
    return await ensureSearchAttributes(connection, temporal.namespace);
  } finally {
    await connection.close();
  }
}

async function connect(temporal: TemporalSettings): Promise<Connection> {
  const { address, apiKey, tlsCertificatePath, tlsKeyPath } = temporal;
  const clientCertPair =
    tlsCertificatePath !== undefined && tlsKeyPath !== undefined
      ? { crt: await readFile(tlsCertificatePath), key: await readFile(tlsKeyPath) }
      : undefined;
  return Connection.connect({
    address,
    connectTimeout: 5_000,
    ...(apiKey === undefined ? {} : { apiKey: apiKey.reveal() }),
    ...(clientCertPair !== undefined
      ? { tls: { clientCertPair } }
      : apiKey !== undefined
        ? { tls: true }
        : {}),
  });
}

async function ensureNamespace(connection: Connection, namespace: string): Promise<void> {
  const { workflowService } = connection;
  try {
    await workflowService.describeNamespace({ namespace });
    return;
  } catch (error) {
    if (!hasCode(error, grpcNotFound)) throw error;
  }
  try {
    await workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(retention),
    });
  } catch (error) {
    if (!hasCode(error, grpcAlreadyExists)) throw error;
  }
}

async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<readonly string[]> {
  const wanted = Object.values(searchAttributes);
  const notes: string[] = [];
  let known: ReadonlyMap<string, number>;
  try {
    known = await customAttributes(connection, namespace);
  } catch (error) {
    // A hosted server manages them elsewhere and need not show them to this key.
    return [
      `search attributes cannot be looked at (${messageOf(error)}): ${wanted.join(', ')} must be there as keywords`,
    ];
  }
  const added: SearchAttribute[] = [];
  for (const name of wanted) {
    const type = known.get(name);
    if (type === keyword) continue;
    if (type !== undefined) {
      notes.push(`search attribute ${name} is there, but not as a keyword: workflows start without it`);
      continue;
    }
    // One call each: a call for all is refused as a whole when slots are left for some.
    try {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: { [name]: keyword },
      });
      added.push(name);
    } catch (error) {
      if (hasCode(error, grpcAlreadyExists)) continue;
      notes.push(`search attribute ${name} was refused (${messageOf(error)}): workflows start without it`);
    }
  }
  await untilVisible(connection, namespace, added);
  return notes;
}

/** Types of the namespace's own search attributes by name, asked for until a namespace that is new is known. */
async function customAttributes(
  connection: Connection,
  namespace: string,
): Promise<ReadonlyMap<string, number>> {
  const deadline = Date.now() + visibleWithinMs;
  for (;;) {
    try {
      const { customAttributes: types } = await connection.operatorService.listSearchAttributes({
        namespace,
      });
      return new Map(Object.entries(types));
    } catch (error) {
      if (!hasCode(error, grpcNotFound) || Date.now() > deadline) throw error;
    }
    await pause(100);
  }
}

async function untilVisible(
  connection: Connection,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  const deadline = Date.now() + visibleWithinMs;
  while (names.length > 0 && Date.now() < deadline) {
    const known = await customAttributes(connection, namespace);
    if (names.every((name) => known.has(name))) return;
    await pause(100);
  }
}

function hasCode(error: unknown, code: number): boolean {
  return isGrpcServiceError(error) && (error.code as number) === code;
}

function messageOf(error: unknown): string {
  if (isGrpcServiceError(error)) return error.details;
  return error instanceof Error ? error.message : String(error);
}
