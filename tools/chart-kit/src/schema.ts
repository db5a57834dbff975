import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { chartNamed } from './charts.ts'
import type { Chart } from './charts.ts'
import type { Schema } from './json-schema.ts'
import { settingsOf } from './settings.ts'
import { nameOf, readValues } from './values.ts'
import type { Value } from './values.ts'

const library = new URL('../../../charts/library/', import.meta.url)
export const rules = parse(readFileSync(new URL('schema.yaml', library), 'utf8')) as Record<string, Schema>

/** `values.schema.json` of a chart. */
export function schemaOf(chart: Chart): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Values of the chart ${chart.name}`,
    type: 'object',
    properties: propertiesOf(chart, globalSchema()),
    additionalProperties: false,
  }
}

/** Helm passes `global` to every chart, so every schema contains what the umbrella chart documents. */
function globalSchema(): Schema {
  const global = readValues(chartNamed('matinee').dir).find(({ path }) => path[0] === 'global')
  if (!global) throw new Error('charts/matinee/values.yaml documents no global values')
  return ofValue(global)
}

/** The schema of `global` once, however many charts deep it is passed. */
const sameGlobal: Schema = { $ref: '#/properties/global' }

function propertiesOf(chart: Chart, global: Schema): Record<string, Schema> {
  const values = readValues(chart.dir)
  return {
    global,
    // Helm also adds an object for every dependency, the library included.
    ...(chart.usesLibrary ? { library: strict({ global: sameGlobal }) } : {}),
    ...byName(values, (value) => topLevel(chart, value, values)),
  }
}

function topLevel(chart: Chart, value: Value, values: Value[]): Schema {
  const name = nameOf(value)
  const vendored = chart.vendored.find((each) => each.name === name)
  // Helm does not validate a dependency that is disabled, so its values are validated here too.
  if (vendored?.optional) return described(value, strict(propertiesOf(chartNamed(name), sameGlobal)))
  if (vendored) return described(value, { type: 'object' })
  if (name !== 'config') return ofValue(value)
  const secrets = values.find(({ path }) => path[0] === 'secrets')?.children.map(nameOf) ?? []
  return described(value, strict({ ...settingsOf(chart.name, secrets), ...rules['config']?.properties }))
}

function byName(values: Value[], schema: (value: Value) => Schema): Record<string, Schema> {
  return Object.fromEntries(values.map((value) => [nameOf(value), schema(value)]))
}

function ofValue(value: Value): Schema {
  const { path, default: preset, children } = value
  const rule = rules[path.join('.')] ?? rules[nameOf(value)]
  if (children.length > 0 && !rule) {
    return described(value, strict(byName(children, ofValue)))
  }
  const type = typeOf(preset)
  if (!rule && !['string', 'boolean'].includes(type)) {
    throw new Error(
      `${path.join('.')} needs a rule in charts/library/schema.yaml: its default does not show which values are valid`,
    )
  }
  return described(value, { type, ...(type === 'object' ? { additionalProperties: false } : {}), ...rule })
}

function typeOf(preset: unknown): string {
  if (preset === null) return 'null'
  if (Array.isArray(preset)) return 'array'
  return Number.isInteger(preset) ? 'integer' : typeof preset
}

function strict(properties: Record<string, Schema>): Schema {
  return { type: 'object', properties, additionalProperties: false }
}

function described({ description }: Value, schema: Schema): Schema {
  return description ? { description, ...schema } : schema
}
