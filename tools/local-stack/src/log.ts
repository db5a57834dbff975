import { styleText } from 'node:util'

const colours = { error: 'red', warn: 'yellow', info: 'green', debug: 'gray' } as const

interface LogLine {
  level: keyof typeof colours
  message: string
  timestamp?: string
  [field: string]: unknown
}

interface LoggedError {
  message: string
  stack?: string
  cause?: LoggedError
}

/**
 * A JSON line of a service as people read it: `12:03:04 booking   info  seats held seats=["C7"]`, in local time,
 * with the stacks of an error below it. Coloured only on a terminal, and not when NO_COLOR is set. What is not
 * JSON is shown as it is.
 */
export function formatLog(service: string, line: string): string {
  const { level, message, timestamp, service: _, requestId, traceId, ...others } = parse(line)
  const fields = { ...others, ...(requestId !== undefined && { requestId, traceId }) }
  const time = (timestamp ? new Date(timestamp) : new Date()).toTimeString().slice(0, 8)
  const heading = `${styleText('dim', time)} ${service.padEnd(9)} ${styleText(colours[level], level.padEnd(5))}`
  const shown = Object.entries(fields).map(
    ([name, value]) => ` ${styleText('dim', `${name}=`)}${show(value)}`,
  )
  const stacks = level === 'error' ? Object.values(fields).filter(isError).flatMap(stacksOf) : []
  return [`${heading} ${message}${shown.join('')}`, ...stacks].join('\n')
}

function parse(line: string): LogLine {
  try {
    const parsed = JSON.parse(line) as LogLine | null
    if (parsed && Object.hasOwn(colours, parsed.level)) return parsed
  } catch {
    // A warning of Node itself, say.
  }
  return { level: 'info', message: line }
}

function show(value: unknown): string {
  if (isError(value)) return JSON.stringify(value.message)
  return typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)
}

function isError(value: unknown): value is LoggedError {
  return typeof value === 'object' && value !== null && 'message' in value
}

function stacksOf({ stack, cause }: LoggedError): string[] {
  const lines = stack ? [stack.replace(/^/gm, '  ')] : []
  return [...lines, ...(cause ? stacksOf(cause) : [])]
}
