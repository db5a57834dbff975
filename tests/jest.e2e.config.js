import preset from '@matinee/presets/jest'

/** Against what is running at BASE_URL. */
export default {
  ...preset,
  testMatch: ['<rootDir>/e2e/**/*.test.ts'],
  maxWorkers: 1,
  globalSetup: './src/find-demo.ts',
}
