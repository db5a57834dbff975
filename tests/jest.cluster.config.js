import preset from '@matinee/presets/jest'

/** Against the system that `make up` runs on the cluster of KUBE_CONTEXT. */
export default {
  ...preset,
  testMatch: ['<rootDir>/cluster/**/*.test.ts'],
  maxWorkers: 1,
  testTimeout: 600_000,
}
