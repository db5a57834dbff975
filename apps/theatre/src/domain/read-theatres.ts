import type { Page } from '@matinee/contracts/common'
import type { Theatre } from '@matinee/contracts/theatre'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context, TheatreQuery } from './context.ts'

export function noSuchTheatre(id: string): ProblemError {
  return new ProblemError('not-found', `There is no theatre ${id}.`)
}

/** @throws ProblemError `not-found` */
export async function readTheatre({ theatres }: Context, id: string): Promise<Theatre> {
  const theatre = await theatres.find(id)
  if (!theatre) throw noSuchTheatre(id)
  return theatre
}

export async function listTheatres({ theatres }: Context, query: TheatreQuery): Promise<Page<Theatre>> {
  return await theatres.list(query)
}
