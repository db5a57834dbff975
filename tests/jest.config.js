import e2e from './jest.e2e.config.js'

/** Against a stack of our own, started once for all of them. */
export default {
  ...e2e,
  testMatch: ['<rootDir>/{e2e,tests}/**/*.test.ts'],
  globalSetup: './src/start-stack.ts',
  globalTeardown: './src/stop-stack.ts',
}
