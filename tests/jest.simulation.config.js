import preset from '@matinee/presets/jest'

/** The simulation, which needs nothing that runs. */
export default { ...preset, testMatch: ['<rootDir>/simulation/**/*.test.ts'], testTimeout: 120_000 }
