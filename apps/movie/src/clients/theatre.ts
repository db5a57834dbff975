import { theatresApi } from '@matinee/contracts/theatre'
import type { Theatre } from '@matinee/contracts/theatre'
import { allPages } from '@matinee/service-kit/calls/all-pages'
import { orNull, unexpected } from '@matinee/service-kit/calls/answers'
import type { ServiceClient } from '@matinee/service-kit/calls/client'
import type { TheatreClient } from '../domain/context.ts'

export function createTheatreClient(service: ServiceClient): TheatreClient {
  const list = (filter: { available?: 'true' }): Promise<Theatre[]> =>
    allPages((after) =>
      service.call(theatresApi.listTheatres, { query: { ...filter, limit: '100', after } }),
    ).catch(unexpected)

  return {
    find: (id) => service.call(theatresApi.getTheatre, { params: { id } }).catch(orNull),
    all: () => list({}),
    allOpen: () => list({ available: 'true' }),
  }
}
