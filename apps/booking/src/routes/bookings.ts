import type { Router } from 'express'
import { bookingsApi } from '@matinee/contracts/booking'
import { createRouter } from '@matinee/service-kit/http/router'
import type { RouterOptions } from '@matinee/service-kit/http/router'
import { cancelBooking } from '../domain/cancel-booking.ts'
import { confirmBooking } from '../domain/confirm-booking.ts'
import type { Context } from '../domain/context.ts'
import { holdSeats } from '../domain/hold-seats.ts'
import { findBooking, readBooking } from '../domain/read-bookings.ts'

export function bookingRouter(context: Context, options: RouterOptions): Router {
  return createRouter(
    bookingsApi,
    {
      createBooking: ({ body, claim }) => holdSeats(context, body, claim),
      findBooking: ({ query }) => findBooking(context, query),
      getBooking: ({ params: { id } }) => readBooking(context, id),
      confirmBooking: ({ params: { id }, claim }) => confirmBooking(context, id, claim),
      cancelBooking: ({ params: { id }, claim }) => cancelBooking(context, id, claim),
    },
    options,
  )
}
