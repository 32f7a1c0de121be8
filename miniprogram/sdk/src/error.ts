/**
 * Every failure of this SDK.
 *
 * `code` is the server's (docs/API.md lists them), or one of this SDK's own:
 * - `network`: no answer came;
 * - `http_<status>`: a refusal without a code;
 * - `bad_answer`: something else than wxgate answered one of the SDK's own calls;
 * - `wx_login_failed`: `wx.login` gave no code;
 * - `logged_out`: the user logged out; only `login()` changes that;
 * - `user_denied`: the user did not share what was asked for;
 * - `no_quota`: they would have, but the mini-program's phone numbers at WeChat are used up;
 * - `foreign_url`: the address is none of the configured ones, and the token does not go there;
 * - `invalid_argument`: the call itself is wrong.
 */
export class WxgateError extends Error {
  constructor(
    /** The field to act upon. */
    readonly code: string,
    message?: string,
    /** The HTTP status, where there was an answer. */
    readonly status?: number,
    /** Seconds after which trying again makes sense, where that is known. */
    readonly retryAfter?: number,
    /** What to quote to the operator. */
    readonly traceId?: string,
    /** The body of the answer. */
    readonly data?: unknown,
  ) {
    super(message || code)
    this.name = 'WxgateError'
  }
}

/** The error of a call that is wrong itself. */
export function invalid(message: string): WxgateError {
  return new WxgateError('invalid_argument', message)
}

/** The code of a failure, whatever was thrown. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof WxgateError ? error.code : undefined
}

const PASSING = ['network', 'bad_answer', 'wx_login_failed', 'rate_limited']

/** Whether the same call can succeed later: the server is away, busy or slow. */
export function isTransient(error: unknown): error is WxgateError {
  return error instanceof WxgateError && (PASSING.includes(error.code) || (error.status as number) >= 500)
}
