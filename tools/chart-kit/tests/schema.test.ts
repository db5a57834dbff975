import { describe, expect, it } from '@jest/globals'
import { charts } from '../src/charts.ts'
import { rules, schemaOf } from '../src/schema.ts'
import type { Schema } from '../src/json-schema.ts'
import { readValues } from '../src/values.ts'
import type { Value } from '../src/values.ts'

function paths({ path, children }: Value): string[] {
  return [path.join('.'), ...children.flatMap(paths)]
}

/** Every object in a schema, with its path. */
function objects(schema: Schema, path = 'values'): [string, Schema][] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
    objects(each, `${path}.${name}`),
  )
  return schema.type === 'object' ? [[path, schema], ...inner] : inner
}

describe('the rules of schema.yaml', () => {
  it('all match some value', () => {
    const known = charts.flatMap(({ dir }) => readValues(dir).flatMap(paths))
    const names = new Set([...known, ...known.map((path) => path.split('.').at(-1) ?? '')])
    expect(Object.keys(rules).filter((rule) => !rule.startsWith('.') && !names.has(rule))).toEqual([])
  })
})

describe.each(charts)('the schema of $name', (chart) => {
  it('defines the properties of every object', () => {
    const open = objects(schemaOf(chart)).filter(
      ([, { additionalProperties }]) => additionalProperties === undefined,
    )
    const validatedByTheirOwn = chart.vendored.filter(({ optional }) => !optional)
    expect(open.map(([path]) => path)).toEqual(validatedByTheirOwn.map(({ name }) => `values.${name}`))
  })
})
