import { setTimeout as sleep } from 'node:timers/promises'
import { isDemo, runningDemo } from './running.ts'

const pid = await runningDemo()
if (pid === undefined) {
  process.stdout.write('No demo is running.\n')
} else {
  process.kill(pid, 'SIGTERM')
  while (await isDemo(pid)) await sleep(100)
  process.stdout.write(`The demo (process ${pid}) has stopped.\n`)
}
