// Who is calling? Asks session-service over gRPC.
import { fileURLToPath } from 'node:url'
import grpc from '@grpc/grpc-js'
import protoLoader from '@grpc/proto-loader'
import protobuf from 'protobufjs'

const PROTO = fileURLToPath(new URL('../../../proto/proto', import.meta.url))
const DEADLINE_MS = 1500

const definition = protoLoader.loadSync('wx/session/v1/session.proto', { includeDirs: [PROTO], longs: String })
const { SessionService } = grpc.loadPackageDefinition(definition).wx.session.v1
const sessions = new SessionService(process.env.SESSION_SERVICE ?? '127.0.0.1:50051', grpc.credentials.createInsecure())

// The two messages of google.rpc that carry the reason of a refusal.
const rpc = protobuf.parse(`syntax = "proto3"; package google.rpc;
  message Any { string typeUrl = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }`).root

/** The ErrorInfo that wxgate put into a failed call; undefined when somebody else made the failure. */
function errorInfo(error) {
  for (const bytes of error.metadata?.get('grpc-status-details-bin') ?? []) {
    const status = rpc.lookupType('google.rpc.Status').decode(bytes)
    const any = status.details.find((detail) => detail.typeUrl.endsWith('/google.rpc.ErrorInfo'))
    const info = any && rpc.lookupType('google.rpc.ErrorInfo').decode(any.value)
    if (info?.domain === 'wxgate') return info
  }
  return undefined
}

/** The session is over, and `reason` says why: SESSION_EXPIRED, SESSION_REVOKED, SESSION_INVALID. Answer 401. */
export class LoggedOut extends Error {
  constructor(reason) {
    super(`no session: ${reason}`)
    this.reason = reason
  }
}

/** Nobody can tell who is calling just now. The session may well be alive: answer 503, never 401. */
export class CannotTell extends Error {}

function verify(sessionRd) {
  const deadline = Date.now() + DEADLINE_MS
  return new Promise((resolve, reject) =>
    sessions.Verify({ sessionRd }, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer))),
  )
}

/** Whose token this is: `{ userId, appid, openid, unionid }`. Ask for every request; keep no answer. */
export async function caller(authorization) {
  const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (!token) throw new LoggedOut('SESSION_INVALID')
  try {
    return (await verify(token)).identity
  } catch (error) {
    const info = errorInfo(error)
    if (error.code === grpc.status.UNAUTHENTICATED && info) throw new LoggedOut(info.reason)
    throw new CannotTell(error.message, { cause: error })
  }
}
