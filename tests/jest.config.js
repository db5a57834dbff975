import preset from '@matinee/presets/jest'

const project = (kind, { timeoutMs = preset.testTimeout, ...settings } = {}) => ({
  ...preset,
  displayName: kind,
  testMatch: [`<rootDir>/${kind}/**/*.test.ts`],
  // Jest reads `testTimeout` of the whole run only, not of a project.
  globals: { timeoutMs },
  setupFilesAfterEnv: ['./set-timeout.js'],
  ...settings,
})

/** One project for each kind of test; `--selectProjects` chooses. See README.md. */
export default {
  projects: [
    project('simulation', { timeoutMs: 120_000 }),
    project('system', {
      testMatch: ['<rootDir>/{system,e2e}/**/*.test.ts'],
      globalSetup: './system/support/start-stack.ts',
      globalTeardown: './system/support/stop-stack.ts',
    }),
    project('e2e', { globalSetup: './e2e/support/find-demo.ts' }),
    project('tools'),
    project('charts'),
    project('cluster', { timeoutMs: 600_000 }),
  ],
}
