import preset from '@matinee/presets/jest'

export default {
  ...preset,
  globalSetup: './tests/set-up.ts',
  globalTeardown: './tests/tear-down.ts',
}
