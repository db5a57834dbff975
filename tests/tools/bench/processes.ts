/** What processes use by the kernel's count, over all their threads. Linux only. */
import { readFile } from 'node:fs/promises'

/** CPU time since its start, in ms, to the nearest 10. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The fields after the name, which is in parentheses and may contain anything: utime is the 12th, stime the 13th.
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
