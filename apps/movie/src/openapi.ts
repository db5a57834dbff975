import { moviesApi } from '@matinee/contracts/movie'
import { openApiDocument } from '@matinee/service-kit/http/openapi'

export const openApi = openApiDocument('Matinee movie', '0.1.0', [moviesApi])
