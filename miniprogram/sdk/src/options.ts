import type { OpenDataSource } from './open-data.js'
import type { PhoneNumber, PhoneNumberEvent } from './phone.js'
import type { ProfileChange, UploadAvatar } from './profile.js'
import type { RequestOptions, Response } from './request.js'
import type { Runtime } from './runtime.js'
import type { SessionState, User } from './session.js'
import type { Wx } from './wx.js'

/** What a client is made from. */
export interface ClientOptions {
  /** Where wxgate is: `https://api.example.com`, one of the mini-program's request domains. */
  baseUrl: string
  /** Which mini-program, where the server has several. Left out, its first. */
  appid?: string
  /** What the user's list of sessions calls this phone, at most 64 characters. */
  device?: string
  /** Other addresses that may see the token: back ends that ask wxgate whose it is. */
  services?: readonly string[]
  /** Puts a chosen picture somewhere. */
  uploadAvatar?: UploadAvatar
  /** Under which name the session is stored: `wxgate.session` when left out. */
  storageKey?: string
  /** `Taro` or `uni`, or a fake; the surrounding `wx` when left out. */
  wx?: Wx
  /** Time and chance, for tests. */
  runtime?: Partial<Runtime>
}

/** One of the user's sessions. */
export interface SessionEntry {
  id: string
  /** Whether it is this one. */
  current: boolean
  device: string
  /** RFC 3339, as all times here. */
  issued_at: string
  /** The last refresh. */
  last_used_at: string
  expires_at: string
}

/** A mini-program's session with wxgate. Every promise rejects with a `WxgateError`. */
export interface Client {
  /** Whether somebody is logged in, and who. */
  readonly state: SessionState
  /**
   * Makes sure that there is a session. Call it when the app starts, so that data which WeChat encrypts later
   * fits the key that the server has. `fresh` logs in although there is one.
   */
  login(how?: { fresh?: boolean }): Promise<SessionState>
  /** Sends a request as the logged-in user: `await client.request({ url: '/orders' })`. */
  request<T = unknown>(options: RequestOptions): Promise<Response<T>>
  /** The token, for `wx.uploadFile` and `wx.connectSocket`: `Authorization: Bearer <token>`. */
  token(): Promise<string>
  /** The number behind a tap on `<button open-type="getPhoneNumber">`. */
  getPhoneNumber(event: PhoneNumberEvent): Promise<PhoneNumber>
  /** What WeChat encrypted. Give it a function that fetches the data where that is possible. */
  decrypt<T = unknown>(source: OpenDataSource): Promise<T>
  /** Changes nickname and picture. */
  updateProfile(change: ProfileChange): Promise<User>
  /** The user's sessions, oldest first. */
  sessions(): Promise<SessionEntry[]>
  /** Ends one of them. */
  endSession(id: string): Promise<void>
  /**
   * Ends the session, here at once; no request logs in again until `login()` is called. `everywhere` ends all
   * of the user's sessions, and leaves this one as it is when the server cannot be reached.
   */
  logout(how?: { everywhere?: boolean }): Promise<void>
  /** Erases the user's account; leaves all as it is when the server cannot be reached. */
  eraseUser(): Promise<void>
  /** Tells when somebody logs in or out or changes their profile. What it gives stops that. */
  onSessionChange(listener: (state: SessionState) => void): () => void
  /** The app is shown: only where `wx.onAppShow` is missing. */
  show(): void
  /** The app is hidden: only where `wx.onAppHide` is missing. */
  hide(): void
}
