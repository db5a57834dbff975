import type { SeatPlan } from './screening.ts'

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

/** Those of the seats that are not in the plan, or not well-formed. */
export function unknownSeats({ rows, seatsPerRow }: SeatPlan, seats: string[]): string[] {
  return seats.filter((seat) => {
    const [, row = '', number] = /^([A-Z])([1-9]\d*)$/.exec(seat) ?? []
    return !(row.charCodeAt(0) < firstRow + rows && Number(number) <= seatsPerRow)
  })
}

/** By row, then by number: A2 before A10, and both before B1. */
export function inOrder(seats: string[]): string[] {
  return seats.toSorted(
    (a, b) => a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1)),
  )
}

/**
 * Seats for a party: together in one row, as near as possible to the middle of a row two thirds back; when no run of
 * adjacent seats is free, the best single seats.
 *
 * @param rank 0 for the best run, 1 for the next, and so on; wraps around
 * @returns undefined when fewer seats are free than asked for
 */
export function chooseSeats(
  plan: SeatPlan,
  taken: ReadonlySet<string>,
  quantity: number,
  rank = 0,
): string[] | undefined {
  const isFree = (row: number, seat: number) => !taken.has(seatName(row, seat))
  const runs = placesFor(plan, quantity, isFree)
  const run = runs[rank % runs.length]
  if (run) return Array.from({ length: quantity }, (_seat, n) => seatName(run.row, run.seat + n))
  const singles = placesFor(plan, 1, isFree).slice(0, quantity)
  return singles.length < quantity ? undefined : inOrder(singles.map(({ row, seat }) => seatName(row, seat)))
}

/** The positions at which a run of free seats can begin, best first. */
function placesFor(plan: SeatPlan, quantity: number, isFree: (row: number, seat: number) => boolean) {
  const bestRow = ((plan.rows - 1) * 2) / 3
  const bestStart = (plan.seatsPerRow - quantity) / 2
  const places: { row: number; seat: number; distance: number }[] = []
  for (let row = 0; row < plan.rows; row += 1) {
    let free = 0
    for (let last = 0; last < plan.seatsPerRow; last += 1) {
      free = isFree(row, last) ? free + 1 : 0
      const seat = last - quantity + 1
      if (free >= quantity)
        places.push({ row, seat, distance: (row - bestRow) ** 2 + (seat - bestStart) ** 2 })
    }
  }
  return places.sort((a, b) => a.distance - b.distance)
}
