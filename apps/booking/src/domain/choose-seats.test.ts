import { describe, expect, it } from '@jest/globals'
import { chooseSeats, inOrder, seatRows, unknownSeats } from './choose-seats.ts'

const plan = { screen: 'Main', rows: 4, seatsPerRow: 5 }

describe('chooseSeats', () => {
  it('begins with the middle of the row two thirds back', () => {
    expect(chooseSeats(plan, new Set(), 1)).toEqual(['C3'])
    expect(chooseSeats(plan, new Set(), 3)).toEqual(['C2', 'C3', 'C4'])
  })

  it('keeps a party together, in another row if need be', () => {
    expect(chooseSeats(plan, new Set(['C3']), 3)).toEqual(['B2', 'B3', 'B4'])
  })

  it('offers the free runs in turn by rank', () => {
    const row = { ...plan, rows: 1 }
    const ways = [0, 1, 2].map((rank) => chooseSeats(row, new Set(['A3']), 2, rank)?.join(' '))
    expect(ways).toEqual(['A1 A2', 'A4 A5', 'A1 A2'])
  })

  it('takes the best single seats when no row has room', () => {
    const taken = new Set(seatRows(plan).flatMap(({ row }) => [`${row}2`, `${row}4`]))
    expect(chooseSeats(plan, taken, 3, 5)).toEqual(['B3', 'C3', 'D3'])
  })

  it('returns undefined when too few seats are free', () => {
    const all = seatRows(plan).flatMap(({ seats }) => seats)
    expect(chooseSeats(plan, new Set(all.slice(1)), 1)).toEqual(['A1'])
    expect(chooseSeats(plan, new Set(all.slice(1)), 2)).toBeUndefined()
    expect(chooseSeats(plan, new Set(all), 1)).toBeUndefined()
  })

  it('seats a party in the largest hall, and one wider than the hall', () => {
    expect(chooseSeats({ screen: 'Big', rows: 26, seatsPerRow: 40 }, new Set(), 8)).toHaveLength(8)
    expect(chooseSeats({ screen: 'Slim', rows: 8, seatsPerRow: 1 }, new Set(), 8)).toHaveLength(8)
  })
})

describe('the names of seats', () => {
  it('are in the order of the hall', () => {
    expect(inOrder(['B1', 'A10', 'A2'])).toEqual(['A2', 'A10', 'B1'])
  })

  it.each(['A0', 'A6', 'E1', 'a1', 'A01', 'A 1', 'A1 ', '', 'AA1', 'A1.0'])('do not include %p', (seat) => {
    expect(unknownSeats(plan, ['A1', seat, 'D5'])).toEqual([seat])
  })
})
