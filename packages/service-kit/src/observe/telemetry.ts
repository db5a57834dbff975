/**
 * Traces, on when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; loaded ahead of everything by `node --import`.
 * The SDK reads the other `OTEL_*` variables itself; the code of the services reads none.
 */
if (process.env['OTEL_EXPORTER_OTLP_ENDPOINT']) {
  // Ahead of the modules that are to be traced: ES modules can only be patched while they load.
  const { register } = await import('import-in-the-middle/register-hooks.mjs')
  register()
  const [
    { NodeSDK },
    { OTLPTraceExporter },
    { HttpInstrumentation },
    { ExpressInstrumentation },
    { UndiciInstrumentation },
  ] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-express'),
    import('@opentelemetry/instrumentation-undici'),
  ])
  const sdk = new NodeSDK({
    traceExporter: new OTLPTraceExporter(),
    // Left out, these two would go to an OTLP endpoint on localhost.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation(), new UndiciInstrumentation()],
  })
  sdk.start()
  process.once('beforeExit', () => void sdk.shutdown())
}

export {}
