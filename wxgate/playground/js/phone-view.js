// What is on the phone's screen.

import { byId, el, fill } from './dom.js'
import { clock, masked, maskedPhone } from './format.js'
import { t } from './i18n.js'

/** Stamps on a card; then the next card begins. */
const ROW = 8

/** The form of each phone. It stays over redraws: a new field would break off what is being typed, such as pinyin. */
const forms = new WeakMap()

/** Draws a phone. Call it whenever the phone has changed. */
export function drawPhone(phone, world, locked) {
  const { state, seen } = phone
  const { status, user } = state()
  byId('phone').toggleAttribute('data-locked', locked)
  byId('phone-screen').inert = locked
  const page = status === 'active' && user ? member(phone, user, world) : welcome(phone)
  fill(byId('phone-page'), page)
  byId('phone-page').setAttribute('aria-busy', String(Boolean(seen.busy)))
  drawNotice(seen)
  tick(phone, world)
}

/** Draws what changes by itself: the time, and what is left of the token. */
export function tick(phone, world) {
  byId('phone-time').textContent = new Date(world.now()).toTimeString().slice(0, 5)
  const session = phone.session()
  if (!session) return
  meter('refresh', session.refreshAt - world.now(), session.refreshAt - session.grantedAt)
  meter('expiry', session.expiresAt - world.now(), session.expiresAt - session.grantedAt)
}

function meter(name, left, whole) {
  const node = byId(`left-${name}`)
  if (!node) return
  node.textContent = clock(left)
  byId(`meter-${name}`).value = Math.max(0, left / whole)
}

function drawNotice({ busy, again, toast }) {
  const notice = byId('phone-notice')
  const kind = busy ? 'busy' : toast?.kind
  notice.dataset.kind = kind ?? ''
  const text = busy ? t(again ? 'busy.again' : `busy.${busy}`) : toast && said(toast)
  if (notice.textContent !== (text ?? '')) notice.textContent = text ?? ''
}

/** A failure without words of its own is told with its code, and with its trace if it has one. */
function said({ key, values, code, traceId }) {
  const text = t(key, values)
  if (text !== key) return text
  return traceId ? t('error.other.traced', { code, trace: traceId }) : t('error.other', { code })
}

function welcome(phone) {
  return el(
    'div',
    { class: 'welcome' },
    el('div', { class: 'leaf', 'aria-hidden': 'true' }),
    el('h3', {}, t('app.name')),
    el('p', {}, t('app.pitch')),
    button(phone, 'login', 'do-login', () => phone.login(), 'main'),
    el('p', { class: 'small' }, t('app.nopassword')),
  )
}

function member(phone, user, world) {
  return [
    el(
      'section',
      { class: 'card who' },
      el('span', { class: 'avatar', 'aria-hidden': 'true' }, (user.nickname || t('app.guest')).slice(0, 1)),
      el('div', {}, el('strong', {}, user.nickname || t('app.guest')), el('span', { class: 'id' }, user.id.slice(-12))),
    ),
    stamps(phone, world),
    number(phone),
    nickname(phone, user),
    token(phone),
    devices(phone),
    el(
      'section',
      { class: 'out' },
      button(phone, 'logout', 'do-logout', () => phone.logout()),
      button(phone, 'everywhere', 'do-everywhere', () => phone.logoutEverywhere(), 'grave'),
    ),
  ]
}

function stamps(phone, world) {
  const have = world.stamps()
  const row = Array.from({ length: ROW }, (_, place) =>
    el('i', { class: place < have % ROW || (have && have % ROW === 0) ? 'stamped' : '' }),
  )
  return el(
    'section',
    { class: 'card line' },
    el(
      'div',
      {},
      el('span', { class: 'small' }, t('app.stamps'), ` ${have}`),
      el('span', { class: 'stamps', 'aria-hidden': 'true' }, row),
    ),
    button(phone, 'use', 'do-use', () => phone.use()),
  )
}

function number(phone) {
  const { number: known } = phone.seen
  const verified = known?.verified && el('span', { class: 'seal' }, t('app.verified'))
  return el(
    'section',
    { class: 'card line' },
    el(
      'div',
      {},
      el('span', { class: 'small' }, t('app.phone')),
      known && el('strong', { class: 'figures' }, maskedPhone(known.phoneNumber)),
      verified,
    ),
    button(phone, known ? 'phoneAgain' : 'phone', 'do-phone', () => phone.sharePhone(), known ? '' : 'main'),
  )
}

function nickname(phone, user) {
  if (!forms.has(phone)) forms.set(phone, newForm(phone))
  const { form, input } = forms.get(phone)
  const value = phone.seen.draft ?? user.nickname ?? ''
  if (input.value !== value) input.value = value
  fill(
    form,
    el('label', { for: 'nickname', class: 'small' }, t('app.nickname')),
    input,
    el(
      'button',
      { id: 'do-rename', type: 'submit', 'aria-disabled': String(Boolean(phone.seen.busy)) },
      t('do.rename'),
    ),
  )
  return form
}

function newForm(phone) {
  const input = el('input', { id: 'nickname', maxlength: '32', autocomplete: 'off' })
  input.addEventListener('input', () => (phone.seen.draft = input.value))
  const submit = (event) => {
    event.preventDefault()
    phone.rename(input.value.trim())
  }
  return { form: el('form', { class: 'card line', onsubmit: submit }), input }
}

function token(phone) {
  const session = phone.session()
  const left = (name) => [
    el('label', { for: `meter-${name}` }, t(`app.${name}`)),
    el('progress', { id: `meter-${name}`, max: '1', value: '1' }),
    el('span', { id: `left-${name}`, class: 'figures' }),
  ]
  return el(
    'section',
    { class: 'card token' },
    el('div', { class: 'small' }, 'session_rd', el('code', {}, session ? masked(session.token) : '')),
    el('div', { class: 'meters' }, left('refresh'), left('expiry')),
  )
}

function devices(phone) {
  const { sessions } = phone.seen
  const line = ({ id, device, current }) =>
    el(
      'li',
      {},
      el('span', {}, device || t('app.unnamed')),
      current
        ? el('span', { class: 'seal' }, t('app.thisone'))
        : button(phone, 'endSession', `end-${id}`, () => phone.endSession(id)),
    )
  return el(
    'section',
    { class: 'card' },
    el(
      'div',
      { class: 'line' },
      el('span', { class: 'small' }, t('app.devices')),
      button(phone, 'sessions', 'do-sessions', () => phone.sessions()),
    ),
    sessions && el('ul', { class: 'devices' }, sessions.map(line)),
  )
}

/** While something is under way buttons do nothing; they keep the focus, so they are not `disabled`. */
function button(phone, name, id, work, kind = '') {
  return el(
    'button',
    { id, type: 'button', class: kind, 'aria-disabled': String(Boolean(phone.seen.busy)), onclick: work },
    t(`do.${name}`),
  )
}
