// uni-app: its `uni` stands in for `wx`.
import { createClient, type Wx } from '../../../dist/esm/index.js'

const real: Wx = uni
createClient({ baseUrl: 'https://api.example.com', wx: real })
