/**
 * Traces, when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; `node --import` loads it before everything else. The SDK itself reads
 * the other `OTEL_*` variables.
 */
if (process.env['OTEL_EXPORTER_OTLP_ENDPOINT']) {
  // ES modules can only be patched while they load.
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
    // By default the SDK would send these two to an OTLP endpoint on localhost.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation(), new UndiciInstrumentation()],
  })
  sdk.start()
  process.once('beforeExit', () => void sdk.shutdown())
}

export {}
