import { Writable } from 'node:stream'

/** A destination for a service's logs, which tests read as objects. */
export function createLogs(): {
  destination: Writable
  lines: Record<string, unknown>[]
  text: () => string
} {
  const chunks: string[] = []
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString())
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { destination, lines, text: () => chunks.join('') }
}
