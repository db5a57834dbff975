import preset from '@matinee/presets/jest'

const project = (kind, settings = {}) => ({
  ...preset,
  displayName: kind,
  testMatch: [`<rootDir>/${kind}/**/*.test.ts`],
  ...settings,
})

/** One project for each kind of test; `--selectProjects` chooses. See README.md. */
export default {
  projects: [
    project('simulation', { testTimeout: 120_000 }),
    project('system', {
      testMatch: ['<rootDir>/{system,e2e}/**/*.test.ts'],
      globalSetup: './system/support/start-stack.ts',
      globalTeardown: './system/support/stop-stack.ts',
    }),
    project('e2e', { globalSetup: './e2e/support/find-demo.ts' }),
    project('charts'),
    project('cluster', { testTimeout: 600_000 }),
  ],
}
