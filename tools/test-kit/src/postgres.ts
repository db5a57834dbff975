import { setUpDatabase } from './database.ts'

export default setUpDatabase('postgres')
