export { tearDownDatabase as default } from './database.ts'
