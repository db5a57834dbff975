import preset from '@matinee/presets/jest'

export default {
  ...preset,
  globalSetup: '@matinee/test-kit/mysql',
  globalTeardown: '@matinee/test-kit/tear-down',
}
