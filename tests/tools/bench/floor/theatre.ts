/** The floor of theatre: the driver on the service's own documents. */
import { MongoClient, ObjectId } from 'mongodb'
import { environment, serve } from './http.ts'

const client = await MongoClient.connect(environment('THEATRE_MONGODB_URL'))
const theatres = client.db().collection('theatres')

serve({
  async 'GET /theatres/:id'({ id }) {
    const found = await theatres.findOne({ _id: new ObjectId(id) })
    if (!found) return { status: 404, body: {} }
    const { _id, version: _version, ...theatre } = found
    return { status: 200, body: { id: _id.toHexString(), ...theatre } }
  },
})
