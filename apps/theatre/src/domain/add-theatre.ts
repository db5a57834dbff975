import type { Theatre, TheatreInput } from '@matinee/contracts/theatre'
import type { Context } from './context.ts'

/** @throws ProblemError `theatre-exists` */
export async function addTheatre({ theatres, events }: Context, input: TheatreInput): Promise<Theatre> {
  const theatre = await theatres.create(input)
  events.theatreAdded(theatre)
  return theatre
}
