import type { Router } from 'express'
import { theatresApi } from '@matinee/contracts/theatre'
import { createRouter } from '@matinee/service-kit/http/router'
import type { RouterOptions } from '@matinee/service-kit/http/router'
import { addTheatre } from '../domain/add-theatre.ts'
import { changeTheatre } from '../domain/change-theatre.ts'
import type { Context } from '../domain/context.ts'
import { deleteTheatre } from '../domain/delete-theatre.ts'
import { listTheatres, readTheatre } from '../domain/read-theatres.ts'

export function theatreRouter(context: Context, options: RouterOptions): Router {
  return createRouter(
    theatresApi,
    {
      createTheatre: ({ body }) => addTheatre(context, body),
      listTheatres: ({ query }) => listTheatres(context, query),
      getTheatre: ({ params: { id } }) => readTheatre(context, id),
      patchTheatre: ({ params: { id }, body, ifMatch }) => changeTheatre(context, id, body, ifMatch),
      deleteTheatre: ({ params: { id }, ifMatch }) => deleteTheatre(context, id, ifMatch),
    },
    options,
  )
}
