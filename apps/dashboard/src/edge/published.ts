import { bookingsApi, screeningsApi } from '@matinee/contracts/booking'
import type { Api } from '@matinee/contracts/endpoint'
import { moviesApi } from '@matinee/contracts/movie'
import { paymentsApi } from '@matinee/contracts/payment'
import { theatresApi } from '@matinee/contracts/theatre'

const { createPayment, getPayment } = paymentsApi

/** All that the edge lets through to the services, by the service that answers. */
export const published = {
  movie: moviesApi,
  theatre: theatresApi,
  booking: { ...bookingsApi, ...screeningsApi },
  payment: { createPayment, getPayment },
} as const satisfies Record<string, Api>

export type ServiceName = keyof typeof published
