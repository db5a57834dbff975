/** Frameworks, drivers and ORMs. */
const drivers = '(^|node_modules/(@types/)?)(express|pg|mariadb|mongodb|mongoose|undici|@prisma/[^/]+)(/|$)'

/**
 * What may import what. In a service routes -> domain <- data, clients: the domain knows neither HTTP nor a database,
 * and only `service.ts` knows all of them.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      comment: 'Modules that import each other cannot be read, tested or moved one at a time.',
      from: { pathNot: '/src/generated/' },
      to: { circular: true },
    },
    {
      name: 'domain-knows-no-other-layer',
      severity: 'error',
      comment: 'Declare a port in domain/context.ts, and implement it in data/ or clients/.',
      from: { path: '^apps/[^/]+/src/domain/' },
      to: { path: '^apps/[^/]+/src/(routes|data|clients|web|edge)/' },
    },
    {
      name: 'domain-knows-no-driver',
      severity: 'error',
      comment: 'HTTP belongs to routes/ and clients/, databases belong to data/.',
      from: { path: '^apps/[^/]+/src/domain/' },
      to: { path: [drivers, '^packages/stores/', '/src/generated/'] },
    },
    {
      name: 'routes-call-the-domain',
      severity: 'error',
      comment: 'A handler calls one use case; stores and clients come with its context.',
      from: { path: '^apps/[^/]+/src/routes/' },
      to: { path: '^apps/[^/]+/src/(data|clients)/' },
    },
    {
      name: 'data-and-clients-know-the-domain-only',
      severity: 'error',
      from: { path: '^(apps/[^/]+/src/(data|clients))/' },
      to: { path: '^apps/[^/]+/src/(routes|data|clients|web|edge)/', pathNot: '^$1/' },
    },
    {
      name: 'web-and-edge-apart',
      severity: 'error',
      comment: 'The pages and the public API share the domain and the clients, not each other.',
      from: { path: '^apps/dashboard/src/(web|edge)/' },
      to: { path: '^apps/dashboard/src/(web|edge)/', pathNot: '^apps/dashboard/src/$1/' },
    },
    {
      name: 'services-share-packages-only',
      severity: 'error',
      from: { path: '^(apps/[^/]+)/src/', pathNot: '[.]test[.]ts$' },
      to: { path: '^(apps|tools|tests)/', pathNot: '^$1/src/' },
    },
    {
      name: 'packages-know-no-service-and-no-tool',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '[.]test[.]ts$' },
      to: { path: '^(apps|tools|tests)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '/(dist|public)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
    },
  },
}
