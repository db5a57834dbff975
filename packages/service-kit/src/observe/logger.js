import winston from 'winston'
import { currentTraceId, requestContext } from '../http/context.js'
const withRequest = winston.format((info) => {
  const context = requestContext()
  return context ? Object.assign(info, { requestId: context.requestId, traceId: currentTraceId() }) : info
})
function plainError(_key, value) {
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
export function createLogger(service, level, destination = process.stdout) {
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
//# sourceMappingURL=logger.js.map
