import preset from '@matinee/presets/jest'

export default {
  ...preset,
  globalSetup: '@matinee/test-kit/mongodb',
  globalTeardown: '@matinee/test-kit/tear-down',
}
