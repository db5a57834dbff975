import { Writable } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { createLogger } from './logger.ts'

function collect() {
  const lines: unknown[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()))
      done()
    },
  })
  return { lines, logger: createLogger('sample', 'info', destination) }
}

describe('createLogger', () => {
  it('writes an error with its code and cause, but not what a driver attached to it', () => {
    const { lines, logger } = collect()
    const error = Object.assign(new Error('down', { cause: new Error('refused') }), { code: 'E1', state: {} })

    logger.warn('failed', { error })

    expect(lines).toMatchObject([
      {
        level: 'warn',
        message: 'failed',
        service: 'sample',
        error: { code: 'E1', cause: { message: 'refused' } },
      },
    ])
    expect(lines[0]).not.toHaveProperty('error.state')
  })

  it('never throws, whatever it is given', () => {
    const { lines, logger } = collect()
    const circle: Record<string, unknown> = {}
    circle['circle'] = circle

    logger.info('a circle', circle)
    logger.info('a bigint', { count: 1n })

    expect(lines).toMatchObject([{ message: 'a circle' }, { message: 'a bigint' }])
  })
})
