export { default } from '@matinee/presets/jest'
