import { paymentsApi } from '@matinee/contracts/payment'
import { openApiDocument } from '@matinee/service-kit/http/openapi'

export const openApi = openApiDocument('Matinee payment', '0.1.0', [paymentsApi])
