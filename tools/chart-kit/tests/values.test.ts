import { describe, expect, it } from '@jest/globals'
import { parseValues } from '../src/values.ts'

describe('the values of a chart', () => {
  it('take their descriptions from the comments above them', () => {
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

  it('may be described together by their map', () => {
    expect(() => parseValues('# -- Both.\npair:\n  one: 1\n  two: 2\n')).not.toThrow()
  })

  it('are refused without a description, all in one error', () => {
    expect(() => parseValues('# A remark is no description.\none: 1\npair:\n  two: 2\n')).toThrow(
      "without a comment '# -- …': one, pair.two",
    )
  })
})
