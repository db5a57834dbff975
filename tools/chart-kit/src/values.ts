import { readFileSync } from 'node:fs'
import { LineCounter, isMap, isScalar, parseDocument } from 'yaml'
import type { YAMLMap } from 'yaml'

/** A node of a `values.yaml`. */
export interface Value {
  /** The names that lead to it: `['image', 'tag']`. */
  path: string[]
  default: unknown
  /** What the comment above it says after `# --`, if it has one. */
  description: string | undefined
  /** Empty for what holds no values of its own. */
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
 * @throws when one of them is documented neither by a comment that begins with `# --` nor with the map that it is in
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
        throw new Error(`a name under ${parents.join('.')} is no text`)
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
  const silent = values.flatMap(undocumented)
  if (silent.length > 0) throw new Error(`not documented by a comment '# -- …': ${silent.join(', ')}`)
  return values
}

function undocumented({ path, description, children }: Value): string[] {
  if (description) return []
  return children.length > 0 ? children.flatMap(undocumented) : [path.join('.')]
}
