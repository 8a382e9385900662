// What is deployed is what there is: schemas of Kubernetes, our entry points, settings, routes and metrics.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { metricDefinitions } from '../../../contracts/metrics.ts';
import { readSettings } from '../../../settings/settings.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');
const documentsOf = async (path: string) =>
  parseAllDocuments(await read(path), { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Resource;
  });

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
}
interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly template?: { readonly spec: { readonly containers: readonly Container[] } };
    readonly metrics?: readonly { readonly pods: { readonly metric: { readonly name: string } } }[];
  };
}
interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[] | string;
  readonly environment?: Readonly<Record<string, string | number>>;
}

type Model = new (data: never) => { validate(): void };
const models: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  v1: core,
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
};

const folder = 'deploy/kubernetes/';
const files = (await readdir(new URL(folder, root))).filter((name) => name !== 'kustomization.yaml').sort();
const resources = (await Promise.all(files.map((name) => documentsOf(`${folder}${name}`)))).flat();
const serverless = await documentsOf('deploy/serverless.yaml');
const containers = [...resources, ...serverless].flatMap(
  ({ spec }) => (spec as Resource['spec'] | undefined)?.template?.spec.containers ?? [],
);
const [compose] = (await documentsOf('deploy/compose.yaml')) as unknown as [
  { readonly services: Readonly<Record<string, ComposeService>> },
];
const ours = Object.values(compose.services).filter(({ image }) => image === 'coppice');

/** @throws SettingsError for a value that a process would refuse; a variable that none knows is told too */
async function expectKnown(variables: Readonly<Record<string, string>>): Promise<void> {
  readSettings(variables);
  const reference = await read('docs/reference/settings.md');
  for (const name of Object.keys(variables)) expect(reference).toContain(`| \`${name}\` |`);
}

describe('the manifests of Kubernetes', () => {
  it.each(resources.map((resource) => [`${resource.kind} ${resource.metadata.name}`, resource] as const))(
    '%s is of its schema',
    (_name, resource) => {
      const model = models[resource.apiVersion][resource.kind] as Model;
      new model(resource as never).validate();
      expect(() => new model({ ...resource, metadata: 2 } as never).validate()).toThrow();
    },
  );

  it('are all applied, and no other', async () => {
    const [{ resources: named }] = (await documentsOf(`${folder}kustomization.yaml`)) as unknown as [
      { readonly resources: readonly string[] },
    ];
    expect([...named].sort()).toEqual(files);
  });

  it('scale by a metric that gateways have', () => {
    const scaled = resources.flatMap(({ spec }) => (spec as Resource['spec'] | undefined)?.metrics ?? []);
    const names = Object.values(metricDefinitions).map(({ name }) => name as string);
    expect(scaled.map(({ pods }) => names.includes(pods.metric.name))).toEqual([true]);
  });
});

describe('what is deployed', () => {
  it('starts programs that there are, at the ports that they are told, and asks routes that they have', async () => {
    expect(containers.length).toBe(5);
    for (const { args, env = [], ports, readinessProbe } of containers) {
      expect(existsSync(new URL(args[0], root))).toBe(true);
      const port = env.find(({ name }) => name === 'COPPICE_PORT') as { readonly value: string } | undefined;
      expect(port?.value).toBe(String(ports[0].containerPort));
      const source = await read(
        args[0] === 'serving/main.ts' ? 'serving/http-server.ts' : 'control/server.ts',
      );
      expect(source).toContain(`'${readinessProbe.httpGet.path}'`);
    }
    for (const { command } of ours) expect(existsSync(new URL(String(command?.[0]), root))).toBe(true);
  });

  it('is told what settings know, in values that they take', async () => {
    const [settings] = resources.filter(({ kind }) => kind === 'ConfigMap');
    await expectKnown(settings.data ?? {});
    for (const { env = [] } of containers) {
      const plain = env.flatMap((it) => ('value' in it ? [[it.name, String(it.value)] as const] : []));
      await expectKnown(Object.fromEntries(plain));
    }
    for (const { environment = {} } of ours) {
      const plain = Object.entries(environment).map(([name, value]) => [name, String(value)] as const);
      await expectKnown(Object.fromEntries(plain));
    }
  });

  it('names an exact version of every server', () => {
    const servers = Object.values(compose.services).filter(({ image }) => image !== 'coppice');
    for (const { image } of servers) expect(image).toMatch(/:(v?\d+\.\d+\.\d+|RELEASE\.[\dTZ-]+)$/);
  });
});
