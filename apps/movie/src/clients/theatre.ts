import { theatresApi } from '@matinee/contracts/theatre'
import type { Theatre } from '@matinee/contracts/theatre'
import { allPages } from '@matinee/service-kit/calls/all-pages'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import type { ServiceClient } from '@matinee/service-kit/calls/client'

/** What this service asks theatre; everything throws what `ServiceClient.call` throws. */
export interface TheatreClient {
  find(id: string): Promise<Theatre | null>
  listAvailable(): Promise<Theatre[]>
  listAll(): Promise<Theatre[]>
}

export function createTheatreClient({ call }: Pick<ServiceClient, 'call'>): TheatreClient {
  const list = (filter: { available?: 'true' }): Promise<Theatre[]> =>
    allPages((after) => call(theatresApi.listTheatres, { query: { ...filter, limit: '100', after } }))

  return {
    async find(id) {
      try {
        return await call(theatresApi.getTheatre, { params: { id } })
      } catch (error) {
        if (error instanceof UpstreamProblem && error.slug === 'not-found') return null
        throw error
      }
    },
    listAvailable: () => list({ available: 'true' }),
    listAll: () => list({}),
  }
}
