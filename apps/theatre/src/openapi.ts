import { theatresApi } from '@matinee/contracts/theatre'
import { openApiDocument } from '@matinee/service-kit/http/openapi'

export const openApi = openApiDocument('Matinee theatre', '0.1.0', [theatresApi])
