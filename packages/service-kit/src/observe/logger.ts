import winston from 'winston'
import { currentTraceId, requestContext } from '../http/context.ts'

export type Fields = Record<string, unknown>

/** All that the code asks of a logger, so that winston could be exchanged for another. */
export interface Logger {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

const withRequest = winston.format((info) => {
  const context = requestContext()
  return context ? Object.assign(info, { requestId: context.requestId, traceId: currentTraceId() }) : info
})

function plainError(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  // A cause that is no error may be anything, a driver's whole state among others.
  return {
    name,
    message,
    ...('code' in value && { code: value.code }),
    stack,
    cause: cause instanceof Error ? cause : undefined,
  }
}

/** JSON lines. Callers never pass it a body, a header or card data. */
export function createLogger(
  service: string,
  level: string,
  destination: NodeJS.WritableStream = process.stdout,
): Logger {
  return winston.createLogger({
    level,
    defaultMeta: { service },
    format: winston.format.combine(
      withRequest(),
      winston.format.timestamp(),
      winston.format.json({ replacer: plainError }),
    ),
    transports: [new winston.transports.Stream({ stream: destination })],
  })
}
