import { runningStack } from '@matinee/local-stack/running'

/** A Jest `globalSetup`: takes the admin token of the running demo, unless another system or token is named. */
export default async function setUp(): Promise<void> {
  if (process.env['BASE_URL'] || process.env['ADMIN_TOKEN']) return
  const demo = await runningStack()
  if (demo) process.env['ADMIN_TOKEN'] = demo.adminToken
}
