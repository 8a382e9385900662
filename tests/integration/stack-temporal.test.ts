// What the stack prepares on a Temporal server that may be one of yours: namespace and search attributes.
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { searchAttributes } from '../../contracts/search-attributes.ts';
import { readSettings } from '../../settings/settings.ts';
import { prepareTemporal } from '../../stack/temporal-setup.ts';

let connection: Connection;
beforeAll(async () => {
  connection = await Connection.connect({ address: readSettings(inject('stack')).temporal.address });
});
afterAll(() => connection.close());

const settingsFor = (namespace: string) =>
  readSettings({ ...inject('stack'), TEMPORAL_NAMESPACE: namespace }).temporal;

async function attributesOf(namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(customAttributes);
}

async function addAttribute(namespace: string, name: string, type: 'KEYWORD' | 'INT'): Promise<void> {
  const encoded = encodeSearchAttributeIndexedValueType(type);
  if (encoded === undefined) throw new Error(`no type ${type}`);
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: encoded } });
}

describe('prepareTemporal', () => {
  it('creates a namespace that is absent, in which workflows can then start with every attribute', async () => {
    expect(await prepareTemporal(settingsFor('stack-test-new'))).toEqual([]);
    expect((await attributesOf('stack-test-new')).sort()).toEqual(Object.values(searchAttributes).sort());
    const client = new Client({ connection, namespace: 'stack-test-new' });
    const handle = await client.workflow.start('neverRun', {
      workflowId: 'stack-test/new-namespace',
      taskQueue: 'nobody-polls-this',
      typedSearchAttributes: Object.values(searchAttributes).map((name) => ({
        key: defineSearchAttributeKey(name, 'KEYWORD'),
        value: 'x',
      })),
    });
    await handle.terminate();
  });

  it('finds all there at the second time', async () => {
    expect(await prepareTemporal(settingsFor('default'))).toEqual([]);
    expect(await prepareTemporal(settingsFor('default'))).toEqual([]);
  });

  it('goes on without the attributes for which no slot is free, and names them', async () => {
    const namespace = 'stack-test-crowded';
    await prepareTemporal(settingsFor(namespace));
    const [, , ...others] = Object.values(searchAttributes);
    await connection.operatorService.removeSearchAttributes({ namespace, searchAttributes: others });
    // Two of ours are left; eight of yours fill the ten slots.
    for (let slot = 1; slot <= 8; slot++) await addAttribute(namespace, `Yours${slot}`, 'KEYWORD');
    const notes = await prepareTemporal(settingsFor(namespace));
    expect(notes).toHaveLength(others.length);
    for (const [index, name] of others.entries()) {
      expect(notes[index]).toMatch(new RegExp(`^search attribute ${name} was refused \\(.*10.*\\)`));
    }
  });

  it('leaves an attribute of another type alone, and says so', async () => {
    const namespace = 'stack-test-other-type';
    await prepareTemporal(settingsFor(namespace));
    await connection.operatorService.removeSearchAttributes({
      namespace,
      searchAttributes: [searchAttributes.version],
    });
    await addAttribute(namespace, searchAttributes.version, 'INT');
    expect(await prepareTemporal(settingsFor(namespace))).toEqual([
      'search attribute CoppiceVersion is there, but not as a keyword: workflows start without it',
    ]);
  });
});
