export { stopServers as default } from './set-up.ts'
