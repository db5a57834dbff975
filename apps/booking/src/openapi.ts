import { bookingsApi, screeningsApi } from '@matinee/contracts/booking'
import { openApiDocument } from '@matinee/service-kit/http/openapi'

export const openApi = openApiDocument('Matinee booking', '0.1.0', [bookingsApi, screeningsApi])
