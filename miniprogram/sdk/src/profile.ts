import { present } from './call.js'
import { invalid } from './error.js'
import type { Ask } from './request.js'
import type { User } from './session.js'

/** Puts a picture somewhere, and gives its lasting address: https, at most 512 bytes. */
export type UploadAvatar = (path: string) => Promise<string>

/** What to change. What is left out stays, what is empty is taken away. */
export interface ProfileChange {
  nickname?: string
  /** A lasting address. */
  avatarUrl?: string
  /** The temporary file of `bindchooseavatar`; it goes through `uploadAvatar` first. */
  avatarFile?: string
}

/** Changes nickname and picture. */
export async function updateProfile(ask: Ask, change: ProfileChange, upload?: UploadAvatar): Promise<User> {
  let { nickname, avatarFile, avatarUrl } = change
  if (avatarFile) {
    if (!upload) throw invalid('no uploadAvatar')
    avatarUrl = await upload(avatarFile)
  }
  const data = present({ nickname, avatar_url: avatarUrl })
  return (await ask<{ user: User }>({ url: '/v1/user/profile', method: 'PUT', data })).user
}
