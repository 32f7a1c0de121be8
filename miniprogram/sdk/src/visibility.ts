import type { Wx } from './wx.js'

/** Whether the mini-program is on the screen. */
export interface Visibility {
  turn(shown: boolean): void
  shown(): boolean
  /** What to await before a request: nothing while shown. In the background WeChat cuts requests after 5 s. */
  whenShown(): true | Promise<void>
}

/** A new client takes the app to be shown. */
export function createVisibility(wx: Wx, changed: () => void): Visibility {
  let visible = true
  let waiting: (() => void)[] = []
  const turn = (shown: boolean) => {
    visible = shown
    if (shown) waiting.splice(0).forEach((resume) => resume())
    changed()
  }
  if (wx.onAppShow) wx.onAppShow(() => turn(true))
  if (wx.onAppHide) wx.onAppHide(() => turn(false))
  return {
    turn,
    shown: () => visible,
    whenShown: () => visible || new Promise<void>((resolve) => waiting.push(resolve)),
  }
}
