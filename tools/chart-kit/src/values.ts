import { readFileSync } from 'node:fs'
import { LineCounter, isMap, isScalar, parseDocument } from 'yaml'
import type { YAMLMap } from 'yaml'

/** A node of a `values.yaml`. */
export interface Value {
  /** Such as `['image', 'tag']`. */
  path: string[]
  default: unknown
  /** The comment above it that starts with `# --`. */
  description: string | undefined
  children: Value[]
}

export function nameOf({ path }: Value): string {
  return path.at(-1) ?? ''
}

/** The values of a chart, in the order of its `values.yaml`. */
export function readValues(dir: string): Value[] {
  return parseValues(readFileSync(`${dir}/values.yaml`, 'utf8'))
}

/**
 * The values in the text of a `values.yaml`.
 *
 * @throws when neither a value nor the map that contains it has a comment that starts with `# --`
 */
export function parseValues(text: string): Value[] {
  const lineCounter = new LineCounter()
  const { contents } = parseDocument(text, { lineCounter })
  const lines = text.split('\n')

  function descriptionAbove(offset: number): string | undefined {
    const comment: string[] = []
    for (let line = lineCounter.linePos(offset).line - 2; /^\s*#/.test(lines[line] ?? ''); line--) {
      const text = (lines[line] ?? '').replace(/^\s*# ?/, '')
      comment.unshift(text.replace(/^-- /, ''))
      if (text.startsWith('-- ')) return comment.join(' ')
    }
    return undefined
  }

  function valuesIn(map: YAMLMap, parents: string[]): Value[] {
    return map.items.map(({ key, value }) => {
      if (!isScalar<string>(key) || !key.range)
        throw new Error(`a key under ${parents.join('.')} is not a string`)
      const path = [...parents, key.value]
      return {
        path,
        default: (value as { toJSON(): unknown }).toJSON(),
        description: descriptionAbove(key.range[0]),
        children: isMap(value) && !value.flow ? valuesIn(value, path) : [],
      }
    })
  }

  const values = isMap(contents) ? valuesIn(contents, []) : []
  const undescribed = values.flatMap(undocumented)
  if (undescribed.length > 0) throw new Error(`without a comment '# -- …': ${undescribed.join(', ')}`)
  return values
}

function undocumented({ path, description, children }: Value): string[] {
  if (description) return []
  return children.length > 0 ? children.flatMap(undocumented) : [path.join('.')]
}
