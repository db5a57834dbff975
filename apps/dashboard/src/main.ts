import { runService } from '@matinee/service-kit/lifecycle/run'
import { loadConfig } from './config.ts'
import { createService } from './service.ts'

await runService(() => createService(loadConfig(process.env)))
