/**
 * `node:http`, without the cost of `import`: an import reads all of its exports, and some of them load Node's own copy of
 * undici, 7 MiB that nothing here uses (docs/performance.md).
 */
export const http = process.getBuiltinModule('node:http')
