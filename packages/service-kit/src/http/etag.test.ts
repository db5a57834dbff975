import { describe, expect, it } from '@jest/globals'
import { assertMatch, etag } from './etag.ts'

describe('assertMatch', () => {
  const current = { id: 1, name: 'A' }
  const tag = etag(JSON.stringify(current))

  it.each([
    ['nothing', undefined],
    ['the current tag', tag],
    ['any', '*'],
    ['one of several', `"other" , ${tag}`],
  ])('lets %s through', (_what, ifMatch) => {
    expect(() => {
      assertMatch(ifMatch, current)
    }).not.toThrow()
  })

  it.each([
    ['another tag', '"other"'],
    ['a weak tag, which never matches strongly', `W/${tag}`],
    ['a bare word', tag.slice(1, -1)],
    ['an empty header', ''],
  ])('refuses %s', (_what, ifMatch) => {
    expect(() => {
      assertMatch(ifMatch, current)
    }).toThrow(expect.objectContaining({ problem: 'precondition-failed' }))
  })
})
