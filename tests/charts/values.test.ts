import { describe, expect, it } from '@jest/globals'
import { render } from './support/renders.ts'

/** Helm's message about a value. */
function refusal(chart: string, value: string): Promise<string> {
  return render(chart, '--set-json', value).then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  )
}

describe('a value that is', () => {
  it.each([
    ['unknown', 'movie', 'replicaz=1', "at '': additional properties 'replicaz' not allowed"],
    [
      'unknown, further in',
      'movie',
      'image={"tga":"1"}',
      "at '/image': additional properties 'tga' not allowed",
    ],
    [
      'unknown to every chart',
      'theatre',
      'global={"replicaz":1}',
      "at '/global': additional properties 'replicaz'",
    ],
    [
      'a setting that the service does not read',
      'movie',
      'config={"HOLD_SECONDS":60}',
      "at '/config': additional",
    ],
    ["the chart's own to set", 'booking', 'config={"PORT":80}', "at '/config': additional properties 'PORT'"],
    [
      'a setting from a Secret',
      'theatre',
      'config={"ADMIN_TOKEN":"x"}',
      "at '/config': additional properties 'ADMIN",
    ],
    [
      'not one of the choices',
      'movie',
      'config={"LOG_LEVEL":"loud"}',
      "value must be one of 'error', 'warn', 'info'",
    ],
    [
      'no whole number',
      'booking',
      'config={"HOLD_SECONDS":1.5}',
      "at '/config/HOLD_SECONDS': got number, want",
    ],
    [
      'no address',
      'movie',
      'config={"THEATRE_URL":"theatre"}',
      "at '/config/THEATRE_URL': 'theatre' is not valid uri",
    ],
    ['too small', 'movie', 'replicas=0', "at '/replicas': minimum: got 0, want 1"],
    ['text in place of a number', 'movie', 'replicas="2"', "at '/replicas': got string, want integer"],
    [
      'no node port',
      'dashboard',
      'service={"nodePort":8080}',
      "at '/service/nodePort': minimum: got 8,080, want 30,000",
    ],
    [
      'no type of Service',
      'dashboard',
      'service={"type":"ExternalName"}',
      "at '/service/type': value must be one of",
    ],
    [
      'no pull policy',
      'movie',
      'image={"pullPolicy":"Sometimes"}',
      "at '/image/pullPolicy': value must be one of",
    ],
    [
      'no digest',
      'movie',
      'image={"digest":"sha256:1"}',
      "at '/image/digest': 'sha256:1' does not match pattern",
    ],
    [
      'no tag',
      'movie',
      'canary={"image":{"tag":"a/b:c"}}',
      "at '/canary/image/tag': 'a/b:c' does not match pattern",
    ],
    [
      'no host of a Sidecar',
      'movie',
      'istio={"egressHosts":["db.example.com"]}',
      "at '/istio/egressHosts/0': 'db.example.com' does not match pattern",
    ],
    ['no quantity', 'movie', 'resources={"requests":{"memory":"much"}}', "at '/resources/requests/memory'"],
    ['a rule that asks nothing', 'movie', 'monitoring={"rules":[{"alert":"A"}]}', "missing property 'expr'"],
    ['no user', 'postgres', 'users=["Booking"]', "at '/users/0': 'Booking' does not match pattern"],
    ["the server's own user", 'mysql', 'users=["root"]', "at '/users/0': 'not' failed"],
    [
      'less than the server takes',
      'mongodb',
      'cacheSizeGB=0.1',
      "at '/cacheSizeGB': minimum: got 0.1, want 0.25",
    ],
    ['no set of V8 flags', 'movie', 'v8="big"', "at '/v8': value must be one of 'small', 'fast'"],
    ['no size', 'mysql', 'bufferPoolSize="64MB"', "at '/bufferPoolSize': '64MB' does not match pattern"],
    [
      'unknown to the vendored chart',
      'movie',
      'mongodb={"tpyo":1}',
      "mongodb:\n- at '': additional properties 'tpyo'",
    ],
    [
      '… also when it is left out',
      'movie',
      'mongodb={"enabled":false,"tpyo":1}',
      "at '/mongodb': additional properties",
    ],
    [
      'unknown, two charts in',
      'matinee',
      'theatre={"mongodb":{"tpyo":1}}',
      "mongodb:\n- at '': additional properties",
    ],
    [
      '… also when that is left out',
      'matinee',
      'movie={"mongodb":{"tpyo":1}}',
      "movie:\n- at '/mongodb': additional",
    ],
    ['no chart of the umbrella', 'matinee', 'moovie={}', "at '': additional properties 'moovie' not allowed"],
    [
      'wrong for all charts',
      'matinee',
      'global={"replicas":0}',
      "at '/global/replicas': minimum: got 0, want 1",
    ],
  ])('%s is refused, by name', async (_, chart, value, message) => {
    expect(await refusal(chart, value)).toContain(message)
  })

  it.each([
    ['a number', 'booking', 'config={"HOLD_SECONDS":60}'],
    ['a number as text', 'booking', 'config={"HOLD_SECONDS":"60"}'],
    ["OpenTelemetry's", 'movie', 'config={"OTEL_EXPORTER_OTLP_ENDPOINT":"http://collector:4318"}'],
    ['for all charts', 'payment', 'global={"replicas":3}'],
    ['a user with a line and a digit', 'postgres', 'users=["box_office2"]'],
    ['for a vendored chart', 'theatre', 'mongodb={"persistence":{"size":"5Gi"}}'],
  ])('%s is taken', async (_, chart, value) => {
    expect(await refusal(chart, value)).toBe('accepted')
  })
})
