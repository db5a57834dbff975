import { describe, expect, it } from '@jest/globals'
import { formatLog } from '../src/log.ts'

const timestamp = '2026-12-01T18:03:04.567Z'
const time = new Date(timestamp).toTimeString().slice(0, 8)

describe('a log line', () => {
  it('shows time, service, level, message and fields', () => {
    const line = {
      level: 'info',
      message: 'seats held',
      service: 'booking',
      seats: ['C7'],
      by: 'a b',
      n: 2,
      timestamp,
    }
    expect(formatLog('booking', JSON.stringify(line))).toBe(
      `${time} booking   info  seats held seats=["C7"] by="a b" n=2`,
    )
  })

  it('has the ids of its request at its end', () => {
    const line = { level: 'info', message: 'request', requestId: 'r', traceId: 't', status: 200, timestamp }
    expect(formatLog('booking', JSON.stringify(line))).toBe(
      `${time} booking   info  request status=200 requestId=r traceId=t`,
    )
  })

  it('has the stacks of an error and of its cause below it', () => {
    const error = {
      message: 'lost it',
      stack: 'Error: lost it\n    at a',
      cause: { message: 'why', stack: 'Error: why' },
    }
    expect(formatLog('payment', JSON.stringify({ level: 'error', message: 'oh', error, timestamp }))).toBe(
      `${time} payment   error oh error="lost it"\n  Error: lost it\n      at a\n  Error: why`,
    )
  })

  it('leaves the stack of a warning out', () => {
    const error = { message: 'not yet', stack: 'Error: not yet' }
    expect(formatLog('movie', JSON.stringify({ level: 'warn', message: 'waiting', error, timestamp }))).toBe(
      `${time} movie     warn  waiting error="not yet"`,
    )
  })

  it.each(['(node:1) Warning: x', '"text"', 'null', '{"level":"toString","message":"?"}'])(
    'shows %s, which no logger wrote, as it is',
    (line) => {
      expect(formatLog('theatre', line)).toMatch(/^\d\d:\d\d:\d\d theatre {3}info {2}/)
      expect(formatLog('theatre', line)).toContain(line)
    },
  )
})
