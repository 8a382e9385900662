// The arrows of the house (ARCHITECTURE.md): what a room may import. Whatever a row does not name is refused.
const rooms = {
  contracts: [],
  settings: ['contracts'],
  pipeline: ['contracts'],
  sources: ['contracts', 'settings', 'pipeline'],
  runtimes: ['contracts', 'settings', 'pipeline'],
  artifacts: ['contracts', 'settings', 'pipeline'],
  monitoring: ['contracts', 'settings', 'pipeline'],
  activities: ['contracts', 'settings', 'pipeline', 'sources', 'runtimes', 'artifacts', 'monitoring'],
  workflows: ['contracts'],
  worker: [
    'contracts',
    'settings',
    'pipeline',
    'sources',
    'runtimes',
    'artifacts',
    'monitoring',
    'activities',
    'client',
  ],
  serving: ['contracts', 'settings', 'pipeline', 'runtimes', 'artifacts', 'monitoring'],
  client: ['contracts', 'settings'],
  control: ['contracts', 'settings', 'pipeline', 'client', 'artifacts', 'monitoring'],
  stack: ['contracts', 'settings', 'client', 'monitoring', 'setup'],
  setup: [],
  'command-line': ['contracts', 'settings', 'pipeline', 'client', 'stack', 'setup'],
};

const arrows = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-only-what-its-row-names`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: {
    path: `^(${[...Object.keys(rooms), 'examples', 'bench', 'tests', 'setup'].join('|')})/`,
    pathNot: `^(${[room, ...allowed].join('|')})/`,
    dependencyTypesNot: ['type-only'],
  },
}));

const typeOnly = (name, from, pathNot) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: `^(${Object.keys(rooms).join('|')})/`, pathNot, dependencyTypes: ['type-only'] },
});

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...arrows,
    typeOnly('workflows-take-activities-by-type-only', '^workflows/', '^(workflows|contracts|activities)/'),
    typeOnly('client-takes-workflows-by-type-only', '^client/', '^(client|contracts|settings|workflows)/'),
    typeOnly('contracts-know-nobody', '^contracts/', '^contracts/'),
    typeOnly('pipeline-knows-contracts-only', '^pipeline/', '^(pipeline|contracts)/'),
    {
      name: 'pipeline-is-pure',
      comment: 'No Temporal, no store, no network, no files, no environment.',
      severity: 'error',
      from: { path: '^pipeline/' },
      to: {
        path: '(^|node_modules/)(@temporalio|minio|undici|fastify|prom-client|@tensorflow/tfjs-node|onnxruntime-node|tokenizers|(node:)?(fs|net|http|https|child_process|process|worker_threads)(/|$))',
      },
    },
    {
      name: 'tfjs-node-is-loaded-in-one-file',
      severity: 'error',
      from: { pathNot: '^runtimes/tensorflow/binding\\.ts$' },
      to: { path: '@tensorflow/tfjs-node' },
    },
    {
      name: 'onnxruntime-node-is-loaded-in-one-file',
      severity: 'error',
      from: { pathNot: '^runtimes/onnx/session\\.ts$' },
      to: { path: 'onnxruntime-(node|common)' },
    },
    {
      name: 'contracts-import-zod-only',
      severity: 'error',
      from: { path: '^contracts/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/zod/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    includeOnly: undefined,
    exclude: { path: '(^|/)(\\.coppice|node_modules/coppice)/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
