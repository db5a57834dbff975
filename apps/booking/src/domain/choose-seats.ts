import type { SeatPlan } from './context.ts'

const firstRow = 'A'.charCodeAt(0)

function seatName(row: number, seat: number): string {
  return `${String.fromCharCode(firstRow + row)}${seat + 1}`
}

/** The seats of a plan, row by row. */
export function seatRows({ rows, seatsPerRow }: SeatPlan): { row: string; seats: string[] }[] {
  return Array.from({ length: rows }, (_row, row) => ({
    row: String.fromCharCode(firstRow + row),
    seats: Array.from({ length: seatsPerRow }, (_seat, seat) => seatName(row, seat)),
  }))
}

/** The seats among these that the plan does not have, however they are written. */
export function unknownSeats(plan: SeatPlan, seats: string[]): string[] {
  const known = new Set(seatRows(plan).flatMap((row) => row.seats))
  return seats.filter((seat) => !known.has(seat))
}

/** The order of a hall: A2 before A10, and both before B1. */
export function inOrder(seats: string[]): string[] {
  return seats.toSorted(
    (a, b) => a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1)),
  )
}

/**
 * The ways to seat a party, best first: together in one row, as near as can be to the middle of a row two thirds back;
 * where no run of adjacent seats is free, one way: the best free seats apart. None when fewer seats are free than asked for.
 */
export function rankSeats(plan: SeatPlan, taken: ReadonlySet<string>, quantity: number): string[][] {
  const bestRow = ((plan.rows - 1) * 2) / 3
  const middle = (plan.seatsPerRow - 1) / 2
  const rows = seatRows(plan).map(({ seats }, row) =>
    seats.map((name, seat) => ({
      name,
      isFree: !taken.has(name),
      cost: (row - bestRow) ** 2 + (seat - middle) ** 2,
    })),
  )
  const runs = rows.flatMap((row) =>
    row
      .map((_seat, start) => row.slice(start, start + quantity))
      .filter((run) => run.length === quantity && run.every(({ isFree }) => isFree))
      .map((run) => ({
        seats: run.map(({ name }) => name),
        cost: run.reduce((sum, { cost }) => sum + cost, 0),
      })),
  )
  if (runs.length > 0) return runs.sort((a, b) => a.cost - b.cost).map(({ seats }) => seats)
  const free = rows.flat().filter(({ isFree }) => isFree)
  if (free.length < quantity) return []
  const best = free.sort((a, b) => a.cost - b.cost).slice(0, quantity)
  return [inOrder(best.map(({ name }) => name))]
}
