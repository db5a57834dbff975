import { isPortFree } from './process/ports.ts'
import { commandLine, output } from './process/process.ts'

/** Throws one line that names every port in use and, where it can be found, the process that uses it. */
export async function checkPorts(ports: number[]): Promise<void> {
  const free = await Promise.all(ports.map(isPortFree))
  const taken = ports.filter((_, index) => !free[index])
  if (taken.length === 0) return
  const holders = await Promise.all(taken.map(async (port) => `${port} (${await holder(port)})`))
  throw new Error(`These ports are taken: ${holders.join(', ')}. End what holds them, then try again.`)
}

async function holder(port: number): Promise<string> {
  const listing =
    (await output('ss', ['-Hltnp', `sport = :${port}`]).catch(() => '')) ||
    (await output('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp']).catch(() => ''))
  const pid = Number(/pid=(\d+)|^p(\d+)/m.exec(listing)?.slice(1).find(Boolean))
  if (!pid) return 'by another program'
  return `by process ${pid}: ${(await commandLine(pid)).replaceAll('\0', ' ').trim().slice(0, 80)}`
}
