// Every version that set-up installs, with the checksums that say it is the right one. Change it here and nowhere else.
// Checksums of releases are those of the sums file that the project published beside the release.

/**
 * @typedef {'temporal' | 'minio' | 'prometheus' | 'alertmanager' | 'versitygw'} BundleName what is installed together
 * @typedef {'temporal' | 'minio' | 'prometheus' | 'promtool' | 'alertmanager' | 'versitygw'} ServerName one program
 * @typedef {`${'linux' | 'darwin'}-${'x64' | 'arm64'}`} Target
 */

/**
 * @typedef {object} Release an official release on GitHub
 * @property {string} version
 * @property {string} repository
 * @property {string} asset file name, with {version}, {os} and {arch} to fill in
 * @property {string} sumsFile the release's own list of checksums, for targets without one here
 * @property {Partial<Record<Target, string>>} sha256
 */

/**
 * @typedef {object} DebianPackages
 * @property {string} main the package that holds the programs
 * @property {string[]} extras packages for its web pages; it works without them
 * @property {Partial<Record<ServerName, string>>} programs path of each program inside the package
 * @property {Partial<Record<ServerName, string[]>>} [args] what each needs when run from elsewhere; {folder} is filled in
 * @property {string[]} [unneeded] folders of the packages that are large and not used
 * @property {string} [systemFolder] data that the program looks for at this absolute path only
 */

/**
 * @typedef {object} GoModule
 * @property {string} module
 * @property {string} version
 * @property {string[]} commands packages to install, relative to the module ('.' for its root)
 * @property {number} packages how many packages a build from nothing compiles: the length of the progress bar
 */

/**
 * @typedef {object} Bundle
 * @property {string} title
 * @property {ServerName[]} programs
 * @property {string} [addressVariable] names a server that runs elsewhere; none is installed when it is set
 * @property {true} [onlyForTests] no stack runs it: `npm test` installs it, `npm start` does not
 * @property {Release | null} release null where the project publishes sources only
 * @property {DebianPackages | null} debian
 * @property {GoModule} go
 */

export const nodeVersions = { lowest: '20.11.0', highestMajor: 24 };

/** libtensorflow as the PyPI wheel carries it; any Python may download it, the tags only choose the file. */
export const tensorflow = {
  version: '2.21.0',
  pythonVersion: '3.11',
  abi: 'cp311',
  /** @type {Partial<Record<Target, {package: string, platform: string, sha256: string, sizeBytes: number}>>} */
  wheels: {
    'linux-x64': {
      package: 'tensorflow-cpu',
      platform: 'manylinux_2_27_x86_64',
      sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      sizeBytes: 273_829_956,
    },
    // PyPI has no tensorflow-cpu for this processor; its plain package holds no GPU code there.
    'linux-arm64': {
      package: 'tensorflow',
      platform: 'manylinux_2_27_aarch64',
      sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
      sizeBytes: 270_000_000, // about: only the length of the progress bar
    },
  },
};

/** @type {Record<BundleName, Bundle>} */
export const bundles = {
  temporal: {
    title: 'Temporal CLI',
    programs: ['temporal'],
    addressVariable: 'TEMPORAL_ADDRESS',
    release: {
      version: '1.5.1',
      repository: 'temporalio/cli',
      asset: 'temporal_cli_{version}_{os}_{arch}.tar.gz',
      sumsFile: 'checksums.txt',
      sha256: {
        'linux-x64': 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
        'linux-arm64': 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
        'darwin-x64': 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
        'darwin-arm64': 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
      },
    },
    debian: null,
    // Later versions carry replace directives in go.mod, which go install refuses.
    go: {
      module: 'github.com/temporalio/cli',
      version: 'v1.5.1',
      commands: ['cmd/temporal'],
      packages: 1298,
    },
  },
  minio: {
    title: 'MinIO',
    programs: ['minio'],
    addressVariable: 'MINIO_ENDPOINT',
    release: null,
    debian: null,
    go: {
      module: 'github.com/minio/minio',
      version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
      commands: ['.'],
      packages: 1301,
    },
  },
  prometheus: {
    title: 'Prometheus',
    programs: ['prometheus', 'promtool'],
    addressVariable: 'PROMETHEUS_URL',
    release: {
      version: '3.5.0',
      repository: 'prometheus/prometheus',
      asset: 'prometheus-{version}.{os}-{arch}.tar.gz',
      sumsFile: 'sha256sums.txt',
      sha256: {
        'linux-x64': 'e811827af26d822afb09a4f28314f61b618b12cff5369835a67f674d8b46f39a',
        'linux-arm64': '173389cc42bf09c4e6e54cb53fa07a5a835d7c261e14775d2183181d6e385d1c',
      },
    },
    debian: {
      main: 'prometheus',
      extras: [
        'fonts-glyphicons-halflings',
        'libjs-bootstrap4',
        'libjs-d3',
        'libjs-eonasdan-bootstrap-datetimepicker',
        'libjs-jquery',
        'libjs-jquery-hotkeys',
        'libjs-moment',
        'libjs-moment-timezone',
        'libjs-mustache',
        'libjs-popper.js',
        'libjs-rickshaw',
      ],
      programs: { prometheus: 'usr/bin/prometheus', promtool: 'usr/bin/promtool' },
      unneeded: ['usr/share/doc', 'usr/share/man', 'usr/share/javascript/moment-timezone/data'],
      args: { prometheus: ['--web.local-assets={folder}/usr/share/prometheus/web/'] },
    },
    // 3.16.0. Its web pages are not part of the module: the server works, its pages say so.
    go: {
      module: 'github.com/prometheus/prometheus',
      version: 'v0.316.0',
      commands: ['cmd/prometheus', 'cmd/promtool'],
      packages: 1527,
    },
  },
  alertmanager: {
    title: 'Alertmanager',
    programs: ['alertmanager'],
    addressVariable: 'ALERTMANAGER_URL',
    release: {
      version: '0.28.1',
      repository: 'prometheus/alertmanager',
      asset: 'alertmanager-{version}.{os}-{arch}.tar.gz',
      sumsFile: 'sha256sums.txt',
      sha256: {
        'linux-x64': '5ac7ab5e4b8ee5ce4d8fb0988f9cb275efcc3f181b4b408179fafee121693311',
        'linux-arm64': 'd8832540e5b9f613d2fd759e31d603173b9c61cc7bb5e3bc7ae2f12038b1ce4f',
      },
    },
    debian: {
      main: 'prometheus-alertmanager',
      extras: [],
      programs: { alertmanager: 'usr/bin/prometheus-alertmanager' },
      // Debian's build reads its message templates from here and from nowhere else.
      systemFolder: '/usr/share/prometheus/alertmanager',
    },
    go: {
      module: 'github.com/prometheus/alertmanager',
      version: 'v0.28.1',
      commands: ['cmd/alertmanager'],
      packages: 514,
    },
  },
  // A second store that speaks S3, so that the tests hold more than MinIO to the contract.
  versitygw: {
    title: 'Versity S3 Gateway',
    programs: ['versitygw'],
    onlyForTests: true,
    release: null,
    debian: null,
    go: {
      module: 'github.com/versity/versitygw',
      version: 'v1.8.0',
      commands: ['cmd/versitygw'],
      packages: 420,
    },
  },
};

/**
 * How each program is found and asked for its version.
 * @type {Record<ServerName, {bundle: BundleName, variable: string, names: string[], versionPattern: RegExp, lowest: string | null}>}
 */
export const servers = {
  temporal: {
    bundle: 'temporal',
    variable: 'COPPICE_TEMPORAL_BIN',
    names: ['temporal'],
    versionPattern: /^temporal version (\S*)/m,
    lowest: '1.1.0', // --sqlite-pragma and --search-attribute of start-dev
  },
  minio: {
    bundle: 'minio',
    variable: 'COPPICE_MINIO_BIN',
    names: ['minio'],
    versionPattern: /^minio version (\S*)/m,
    lowest: null,
  },
  prometheus: {
    bundle: 'prometheus',
    variable: 'COPPICE_PROMETHEUS_BIN',
    names: ['prometheus'],
    versionPattern: /^prometheus, version (\S*)/m,
    lowest: '2.42.0', // keep_firing_for in alert rules
  },
  promtool: {
    bundle: 'prometheus',
    variable: 'COPPICE_PROMTOOL_BIN',
    names: ['promtool'],
    versionPattern: /^promtool, version (\S*)/m,
    lowest: '2.42.0',
  },
  alertmanager: {
    bundle: 'alertmanager',
    variable: 'COPPICE_ALERTMANAGER_BIN',
    names: ['alertmanager', 'prometheus-alertmanager'],
    versionPattern: /^alertmanager, version (\S*)/m,
    lowest: '0.25.0',
  },
  versitygw: {
    bundle: 'versitygw',
    variable: 'COPPICE_VERSITYGW_BIN',
    names: ['versitygw'],
    versionPattern: /^Version\s*: (\S*)/m,
    lowest: null,
  },
};

/** Korean morphemes, for whoever asks (`node setup/kiwi.mjs`): the npm package, and its model on PyPI. */
export const kiwi = {
  packageVersion: '0.23.0',
  modelVersion: '0.24.0',
  modelSha256: '55c99505984e4fd99a08ff2aed8abe95be6911d61a132102eef40f63418e1d21',
};
