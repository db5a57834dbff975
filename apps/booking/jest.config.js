import preset from '@matinee/presets/jest'

export default {
  ...preset,
  globalSetup: '@matinee/test-kit/postgres',
  globalTeardown: '@matinee/test-kit/tear-down',
}
