export { default } from '@matinee/presets/eslint'
