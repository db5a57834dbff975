/** The seats of a screen: rows from A, seats from 1. */
export interface SeatPlan {
  screen: string
  rows: number
  seatsPerRow: number
}

export interface ScreeningKey {
  movieId: string
  theatreId: string
  showtime: string
}
