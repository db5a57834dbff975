/** What processes use, as the kernel counts it: of all their threads. Linux only. */
import { readFile } from 'node:fs/promises'

/** CPU time since its start, in ms, to the nearest 10. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // After the name in parentheses, which may hold anything: the state first, utime and stime as 12th and 13th.
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11)
  return (Number(utime) + Number(stime)) * 10
}

export async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}
