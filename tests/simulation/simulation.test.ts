import { describe, expect, it } from '@jest/globals'
import { explore, exploreSeeds, replay } from './explore.ts'

describe('booking and payment, simulated', () => {
  it('keep every promise under any single fault along a booking', async () => {
    const { runs, findings } = await explore(1)
    expect(findings).toEqual([])
    expect(runs).toBeGreaterThan(200)
  })

  it('keep every promise under random faults', async () => {
    expect(await exploreSeeds(500)).toEqual({ runs: 500, findings: [] })
  })

  it('do the same again for the same seed', async () => {
    const tell = async (run: string) => {
      const story: string[] = []
      await replay(run, (line) => story.push(line))
      return story
    }
    for (const run of ['7', 'buy/12:lost-after-commit/30:sender-killed']) {
      expect(await tell(run)).toEqual(await tell(run))
    }
  })
})
