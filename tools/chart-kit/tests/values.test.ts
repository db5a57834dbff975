import { describe, expect, it } from '@jest/globals'
import { parseValues } from '../src/values.ts'

describe('the values of a chart', () => {
  it('are described by the comments above them, line after line', () => {
    const [image] = parseValues(`
# About this part.

image:
  # A remark.
  # -- What to run,
  # and nothing else.
  name: ''
`)
    expect(image).toEqual({
      path: ['image'],
      default: { name: '' },
      description: undefined,
      children: [
        { path: ['image', 'name'], default: '', description: 'What to run, and nothing else.', children: [] },
      ],
    })
  })

  it('may be described by the map that they are in', () => {
    expect(() => parseValues('# -- Both.\npair:\n  one: 1\n  two: 2\n')).not.toThrow()
  })

  it('are refused when nothing describes them, all at once', () => {
    expect(() => parseValues('# A remark is no description.\none: 1\npair:\n  two: 2\n')).toThrow(
      "not documented by a comment '# -- …': one, pair.two",
    )
  })
})
