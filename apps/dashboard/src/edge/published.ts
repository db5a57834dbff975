import { bookingsApi, screeningsApi } from '@matinee/contracts/booking'
import type { Api } from '@matinee/contracts/endpoint'
import { moviesApi } from '@matinee/contracts/movie'
import { paymentsApi } from '@matinee/contracts/payment'
import { theatresApi } from '@matinee/contracts/theatre'
import type { ServiceName } from '../domain/context.ts'

const { createPayment, getPayment } = paymentsApi

/** Every endpoint that the edge forwards, by service. */
export const published = {
  movie: moviesApi,
  theatre: theatresApi,
  booking: { ...bookingsApi, ...screeningsApi },
  payment: { createPayment, getPayment },
} as const satisfies Record<ServiceName, Api>
