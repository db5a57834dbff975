import preset from '@matinee/presets/jest'

/** What the charts render. Needs helm. */
export default { ...preset, testMatch: ['<rootDir>/charts/**/*.test.ts'] }
