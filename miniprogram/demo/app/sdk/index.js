'use strict';
// src/error.ts
var WxgateError = class extends Error {
  constructor(code, message, status, retryAfter2, traceId, data) {
    super(message || code);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter2;
    this.traceId = traceId;
    this.data = data;
    this.name = "WxgateError";
  }
};
function codeOf(error) {
  return error instanceof WxgateError ? error.code : void 0;
}
var PASSING = ["network", "bad_answer", "wx_login_failed", "rate_limited"];
function isTransient(error) {
  return error instanceof WxgateError && (PASSING.includes(error.code) || error.status >= 500);
}

// src/addresses.ts
function trimmed(address) {
  if (!/^https?:\/\/[^/?#@\\]+/.test(address)) {
    throw new WxgateError("invalid_argument", "no http(s) address");
  }
  return address.replace(/\/+$/, "");
}
function resolve(url, allowed) {
  if (url[0] === "/") return allowed[0] + url;
  if (allowed.some((base) => url.startsWith(base) && /^([/?#]|$)/.test(url.slice(base.length)))) return url;
  throw new WxgateError("foreign_url", "not under baseUrl or services");
}

// src/answer.ts
function retryAfter(header, now) {
  const name = Object.keys(header).find((key) => key.toLowerCase() === "retry-after");
  if (!name) return void 0;
  const text = String(header[name]);
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1e3;
  return seconds >= 0 ? seconds : void 0;
}
function members(data) {
  try {
    return Object(typeof data === "string" ? JSON.parse(data) : data);
  } catch (e) {
    return {};
  }
}
function refusal({ statusCode, data, header }, now) {
  const { code, detail, title, trace_id } = members(data);
  const text = (value) => typeof value === "string" ? value : void 0;
  return new WxgateError(
    text(code) || `http_${statusCode}`,
    text(detail) || text(title),
    statusCode,
    retryAfter(Object(header), now),
    text(trace_id),
    data
  );
}
var OVER = ["session_invalid", "session_expired", "session_revoked", "http_401"];
function saysOver(error) {
  return error instanceof WxgateError && error.status === 401 && OVER.includes(error.code);
}

// src/runtime.ts
var phone = {
  now: Date.now,
  random: Math.random,
  setTimeout: (work, milliseconds) => setTimeout(work, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer)
};
var assign = Object.assign;
function sleep(runtime, milliseconds) {
  return new Promise((resolve2) => runtime.setTimeout(resolve2, milliseconds));
}
function nonce({ now, random }) {
  const part = () => random().toString(36).slice(2);
  return `${now().toString(36)}-${part()}${part()}`;
}

// src/backoff.ts
var CEILING = 6e4;
var FLOOR = 500;
var BELIEVED = 36e5;
function delay(failures, { retryAfter: retryAfter2 = 0 }, random) {
  const range = Math.min(CEILING, 1e3 * 2 ** failures);
  return Math.min(BELIEVED, retryAfter2 * 1e3) + Math.max(FLOOR, random() * range);
}
function createGate(runtime) {
  let failures = 0;
  let shutAt = 0;
  let shutFor = 0;
  let last;
  const wait = () => {
    const since = runtime.now() - shutAt;
    return since < 0 ? 0 : Math.max(0, shutFor - since);
  };
  return {
    f: wait,
    g: () => {
      failures = shutFor = 0;
    },
    h: (error) => {
      last = error;
      shutFor = delay(++failures, error, runtime.random);
      shutAt = runtime.now();
    },
    i: async (patience) => {
      if (wait() > patience) throw last;
      if (wait()) await sleep(runtime, wait());
    }
  };
}

// src/wx.ts
function surroundingWx() {
  return typeof wx === "undefined" ? void 0 : wx;
}
function quietly(returned) {
  const { catch: swallow } = Object(returned);
  if (swallow) swallow.call(returned, () => void 0);
}

// src/call.ts
async function call(wx2, runtime, what, token) {
  const answer = await new Promise((success, reject) => {
    const fail = ({ errMsg }) => reject(new WxgateError("network", errMsg));
    quietly(wx2.request(present(assign({}, what, { header: withToken(what.header, token), success, fail }))));
  });
  if (answer.statusCode >= 400) throw refusal(answer, runtime.now());
  return answer;
}
function present(members2) {
  const kept = {};
  for (const name in members2) if (members2[name] !== void 0) kept[name] = members2[name];
  return kept;
}
function withToken(header = {}, token) {
  if (token === void 0) return header;
  const sent = { Authorization: `Bearer ${token}` };
  for (const name in header) if (name.toLowerCase() !== "authorization") sent[name] = header[name];
  return sent;
}

// src/open-data.ts
async function decrypt(sessions, send, source) {
  const fetched = typeof source === "function";
  if (fetched) await sessions.a();
  try {
    return await open(send, fetched ? await source() : source);
  } catch (error) {
    if (codeOf(error) !== "decrypt_failed" || !await sessions.c() || !fetched) throw error;
    return open(send, await source());
  }
}
async function open(send, { encryptedData, iv, rawData, signature }) {
  if (!encryptedData || !iv) throw new WxgateError("invalid_argument", "no encryptedData or iv");
  const data = assign({ encryptedData, iv }, rawData && signature ? { rawData, signature } : {});
  const answer = await send({ url: "/v1/open-data/decrypt", method: "POST", data, idempotent: true });
  return answer.data.data;
}

// src/phone.ts
async function phoneNumber(sessions, send, detail) {
  const { code, encryptedData, iv, errMsg } = detail;
  const sealed = encryptedData && iv && { encryptedData, iv };
  const data = code ? { code } : sealed;
  if (!data) throw new WxgateError("user_denied", errMsg);
  try {
    return (await send({ url: "/v1/phone-number", method: "POST", data, idempotent: true })).data;
  } catch (error) {
    if (sealed && error.status === 404) {
      return assign(await decrypt(sessions, send, sealed), { verified: false });
    }
    if (codeOf(error) === "decrypt_failed") await sessions.c();
    throw error;
  }
}

// src/profile.ts
async function updateProfile(send, change, upload) {
  let { nickname, avatarFile, avatarUrl } = change;
  if (avatarFile) {
    if (!upload) throw new WxgateError("invalid_argument", "no uploadAvatar");
    avatarUrl = await upload(avatarFile);
  }
  const data = present({ nickname, avatar_url: avatarUrl });
  return (await send({ url: "/v1/user/profile", method: "PUT", data })).data.user;
}

// src/session.ts
var JITTER = 0.1;
function granted(grant, user, runtime) {
  const now = runtime.now();
  return {
    token: grant.session_rd,
    grantedAt: now,
    refreshAt: now + grant.refresh_in * 1e3 * (1 - JITTER * runtime.random()),
    expiresAt: now + grant.expires_in * 1e3,
    user
  };
}
function isDue(session, now) {
  return now >= session.refreshAt || now < session.grantedAt;
}

// src/refresh-loop.ts
var DAY = 864e5;
var PAUSE = 3e4;
function createRefreshLoop(sessions, isShown, gate, runtime) {
  const { now, random } = runtime;
  let timer;
  let notBefore = 0;
  const pause = () => Math.min(notBefore - now(), 2 * PAUSE);
  const arm = () => {
    if (timer !== void 0) runtime.clearTimeout(timer);
    timer = void 0;
    const session = sessions.d();
    if (!session || !isShown()) return;
    const due = isDue(session, now()) ? 0 : session.refreshAt - now();
    timer = runtime.setTimeout(ring, Math.min(DAY, Math.max(due, pause(), gate.f())));
  };
  const ring = async () => {
    timer = void 0;
    const session = sessions.d();
    if (session && isDue(session, now())) {
      await sessions.j().catch(() => {
        notBefore = now() + PAUSE * (1 + random());
      });
    }
    arm();
  };
  return arm;
}

// src/slots.ts
var SLOTS = 9;
function createSlots() {
  let free = SLOTS;
  const waiting = [];
  return async (work) => {
    if (free) free--;
    else await new Promise((resolve2) => waiting.push(resolve2));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

// src/request.ts
var PATIENCE = 1e4;
var BUDGET = 5;
var PAY = 0.2;
function createSend(wx2, runtime, sessions, allowed, whenShown) {
  const inSlot = createSlots();
  let budget = BUDGET;
  const pause = async (options, failures, error) => {
    const { retries = 2 } = options;
    if (!isTransient(error) || !mayRepeat(options, error) || failures > retries || budget < 1) throw error;
    const wait = delay(failures, error, runtime.random);
    if (wait > PATIENCE) throw error;
    budget--;
    await sleep(runtime, wait);
    await whenShown();
  };
  const persist2 = async (options, url, leaver) => {
    const { data, header, timeout, method = "GET" } = options;
    let session = await sessions.a(leaver);
    let replaced = false;
    for (let failures = 0; ; ) {
      try {
        return await call(wx2, runtime, { url, method, data, header, timeout }, session.token);
      } catch (error) {
        if (!saysOver(error)) {
          await pause(options, ++failures, error);
          session = await sessions.a(leaver);
        } else if (replaced) {
          sessions.k(session.token);
          throw error;
        } else {
          replaced = true;
          session = await sessions.replace(session.token, error, leaver);
        }
      }
    }
  };
  return async (options, leaver) => {
    const url = resolve(options.url, allowed);
    const { statusCode, data, header } = await (leaver ? persist2(options, url, leaver) : inSlot(() => persist2(options, url)));
    budget = Math.min(BUDGET, budget + PAY);
    return { statusCode, data, header: Object(header) };
  };
}
function mayRepeat({ idempotent, method }, { code, status = 0, retryAfter: retryAfter2 }) {
  if (status === 503 && retryAfter2 !== void 0) return true;
  return (code === "network" || status > 501 && status < 505) && (idempotent || method !== "POST");
}

// src/flight.ts
function createFlight() {
  let current;
  const landed = () => {
    current = void 0;
  };
  return {
    join: (work) => {
      if (!current) {
        current = work();
        current.then(landed, landed);
      }
      return current;
    },
    l: async () => current && current.catch(() => void 0)
  };
}

// src/ticket.ts
var CODE_LIFE = 24e4;
var REPLAY = 25e3;
async function draw(wx2, runtime) {
  const code = await new Promise((resolve2, reject) => {
    const fail = ({ errMsg }) => reject(new WxgateError("wx_login_failed", errMsg));
    const success = (answer) => answer.code ? resolve2(answer.code) : fail({});
    quietly(wx2.login({ timeout: 1e4, success, fail }));
  });
  const drawnAt = runtime.now();
  return { code, nonce: nonce(runtime), m: drawnAt, e: drawnAt + CODE_LIFE, n: 0 };
}
function afterFailure(ticket, error) {
  switch (codeOf(error)) {
    case "overloaded":
      return ticket;
    // certainly not spent
    case "store_unavailable":
      return ticket.n++ ? void 0 : ticket;
    case "network":
    case "deadline_exceeded":
      ticket.e = ticket.m + REPLAY;
      return ticket;
  }
  return void 0;
}

// src/login.ts
var ATTEMPTS = 3;
var PATIENCE2 = 8e3;
var TIMEOUT = 1e4;
function createLogin(door) {
  const { wx: wx2, runtime, base, appid, device } = door;
  let ticket;
  const exchange = async () => {
    const sent = ticket && runtime.now() < ticket.e ? ticket : await draw(wx2, runtime);
    const data = present({ code: sent.code, nonce: sent.nonce, appid, device });
    try {
      const answer = await call(wx2, runtime, { url: `${base}/v1/login`, method: "POST", data, timeout: TIMEOUT });
      ticket = void 0;
      return checked(answer.data);
    } catch (error) {
      ticket = afterFailure(sent, error);
      throw error;
    }
  };
  const exchangeNewest = () => exchange().catch((error) => {
    if (codeOf(error) === "login_code_rejected") return exchange();
    throw error;
  });
  return () => persist(door, exchangeNewest);
}
function refresh(door, token) {
  const { wx: wx2, runtime, base } = door;
  return persist(door, async () => {
    const url = `${base}/v1/session/refresh`;
    return checked((await call(wx2, runtime, { url, method: "POST", timeout: TIMEOUT }, token)).data);
  });
}
async function persist({ o: gate, b: whenShown }, work) {
  for (let attempt = 1; ; attempt++) {
    await gate.i(PATIENCE2);
    await whenShown();
    try {
      const done = await work();
      gate.g();
      return done;
    } catch (error) {
      const code = codeOf(error);
      if (!saysOver(error) && code !== "user_blocked") gate.h(error);
      if (!isTransient(error) || attempt >= ATTEMPTS || code === "wechat_misconfigured") throw error;
    }
  }
}
function checked(data) {
  const grant = Object(data);
  if (grant.session_rd && grant.expires_in > 0 && grant.refresh_in >= 1) return grant;
  throw new WxgateError("bad_answer");
}

// src/sessions.ts
var DISTRUST = 3e4;
function createSessions(door, storage, hooks) {
  const { runtime } = door;
  const { now } = runtime;
  let { status, session } = storage.p();
  let epoch = 0;
  let distrustedAt = 0;
  let leaving;
  const logIn = createLogin(door);
  const { join, l: landed } = createFlight();
  const state = () => session ? { status, user: session.user } : { status };
  const become = (nextStatus, nextSession) => {
    const before = state();
    status = nextStatus;
    session = nextSession;
    storage.q({ status, session });
    hooks.r(before, state());
  };
  const refuseWhenEnded = () => {
    if (status === "blocked") throw new WxgateError("user_blocked");
    if (status === "logged_out") throw new WxgateError("logged_out");
  };
  const refuseAfter = (asked) => {
    if (asked !== epoch) throw new WxgateError("logged_out");
  };
  const adopt = (grant, user, asked) => {
    refuseAfter(asked);
    const adopted = granted(grant, user, runtime);
    become("active", adopted);
    return adopted;
  };
  const enter = async () => {
    const asked = epoch;
    try {
      const grant = await logIn();
      if (asked !== epoch) hooks.s(grant.session_rd);
      return adopt(grant, grant.user, asked);
    } catch (error) {
      if (codeOf(error) === "user_blocked" && asked === epoch) become("blocked");
      throw error;
    }
  };
  const lapse = () => {
    if (session) session = assign({}, session, { expiresAt: 0 });
  };
  const step = async (old) => {
    const asked = epoch;
    try {
      const grant = await refresh(door, old.token);
      return adopt(grant, (session || old).user, asked);
    } catch (error) {
      if (!saysOver(error) || asked !== epoch) throw error;
      lapse();
      return enter();
    }
  };
  const renew = async () => {
    while (leaving) await leaving;
    const old = session;
    if (old) await join(() => now() < old.expiresAt ? step(old) : enter());
  };
  const current = async (leaver) => {
    refuseWhenEnded();
    if (!session || now() >= session.expiresAt) {
      if (!leaving || leaver) return join(enter);
      await leaving;
      return current();
    }
    if (isDue(session, now())) renew().catch(() => void 0);
    return session;
  };
  const settle = async () => {
    const asked = epoch;
    await landed();
    while (leaving) await leaving;
    refuseAfter(asked);
  };
  const end = () => {
    const token = session && session.token;
    epoch++;
    become("logged_out");
    return token;
  };
  return {
    state,
    d: () => session,
    a: current,
    j: renew,
    replace: async (token, refused, leaver) => {
      refuseWhenEnded();
      if (session && session.token !== token) return session;
      if (Math.abs(now() - distrustedAt) < DISTRUST) throw refused;
      lapse();
      return current(leaver);
    },
    k: (token) => {
      if (session && session.token === token) distrustedAt = now();
    },
    login: async (fresh) => {
      const ended = status === "logged_out" || status === "blocked";
      if (fresh || ended) await settle();
      if (ended) become("none");
      await (fresh ? join(enter) : current());
      return state();
    },
    c: async () => {
      try {
        refuseWhenEnded();
        await settle();
        refuseWhenEnded();
        await join(enter);
        return true;
      } catch (e) {
        return false;
      }
    },
    t: (user) => {
      if (session) become("active", assign({}, session, { user }));
    },
    end,
    u: async (ask) => {
      while (leaving) await leaving;
      const asked = epoch;
      const left = landed().then(ask).then(() => {
        if (asked === epoch) end();
      });
      const over = () => {
        leaving = void 0;
      };
      leaving = left.then(over, over);
      return left;
    }
  };
}

// src/storage.ts
function createStorage(wx2, key, base) {
  const attempt = (work, otherwise) => {
    try {
      work();
    } catch (e) {
      if (otherwise) otherwise();
    }
  };
  return {
    p: () => {
      let kept = { status: "none" };
      attempt(() => {
        const stored = wx2.getStorageSync(key);
        if (stored.base === base && isWhole(stored)) kept = stored;
      });
      return kept;
    },
    q: (kept) => attempt(
      () => wx2.setStorageSync(key, assign({ base }, kept)),
      () => attempt(() => wx2.removeStorageSync(key))
      // better nothing than a token that was replaced
    )
  };
}
function isWhole({ status, session }) {
  if (!session) return status === "logged_out";
  const { token, grantedAt, refreshAt, expiresAt, user } = session;
  return status === "active" && Boolean(token && user) && grantedAt + refreshAt + expiresAt > 0;
}

// src/visibility.ts
function createVisibility(wx2, changed) {
  let visible = true;
  let waiting = [];
  const set = (shown) => {
    visible = shown;
    if (shown) waiting.splice(0).forEach((resume) => resume());
    changed();
  };
  if (wx2.onAppShow) wx2.onAppShow(() => set(true));
  if (wx2.onAppHide) wx2.onAppHide(() => set(false));
  return {
    set,
    v: () => visible,
    b: async () => {
      if (!visible) await new Promise((resolve2) => waiting.push(resolve2));
    }
  };
}

// src/client.ts
function createClient(options) {
  const { appid, device, services = [], storageKey = "wxgate.session", uploadAvatar, wx: wx2 = surroundingWx() } = options;
  if (!wx2) throw new WxgateError("invalid_argument", "no wx");
  const runtime = assign({}, phone, options.runtime);
  const base = trimmed(options.baseUrl);
  const gate = createGate(runtime);
  const { set, v: shown, b: whenShown } = createVisibility(wx2, () => arm());
  const listeners = createListeners();
  const endThere = async (token) => {
    const ask = () => call(wx2, runtime, { url: `${base}/v1/session`, method: "DELETE", timeout: 1e4 }, token);
    try {
      await ask().catch((error) => {
        if (isTransient(error)) return ask();
        throw error;
      });
    } catch (error) {
      if (!saysOver(error)) throw error;
    }
  };
  const door = { wx: wx2, runtime, o: gate, base, appid, device, b: whenShown };
  const sessions = createSessions(door, createStorage(wx2, storageKey, base), {
    r: (before, after) => {
      arm();
      if (before.status !== after.status || before.user !== after.user) listeners.w(after);
    },
    s: (token) => void endThere(token).catch(() => void 0)
  });
  const arm = createRefreshLoop(sessions, shown, gate, runtime);
  arm();
  const send = createSend(wx2, runtime, sessions, [base].concat(services.map(trimmed)), whenShown);
  const leave = (url) => sessions.u(() => send({ url, method: "DELETE" }, true));
  return {
    get state() {
      return sessions.state();
    },
    login: ({ fresh = false } = {}) => sessions.login(fresh),
    request: (what) => send(what),
    token: async () => (await sessions.a()).token,
    getPhoneNumber: ({ detail }) => phoneNumber(sessions, send, detail),
    decrypt: (source) => decrypt(sessions, send, source),
    updateProfile: async (change) => {
      const user = await updateProfile(send, change, uploadAvatar);
      sessions.t(user);
      return user;
    },
    sessions: async () => (await send({ url: "/v1/sessions" })).data.sessions,
    endSession: async (id) => {
      await send({ url: `/v1/sessions/${encodeURIComponent(id)}`, method: "DELETE" });
    },
    logout: async ({ everywhere = false } = {}) => {
      if (everywhere) return leave("/v1/sessions");
      const token = sessions.end();
      if (token) await endThere(token);
    },
    eraseUser: () => leave("/v1/user"),
    onSessionChange: listeners.add,
    show: () => set(true),
    hide: () => set(false)
  };
}
function createListeners() {
  let listeners = [];
  return {
    add: (listener) => {
      listeners = listeners.concat(listener);
      return () => {
        listeners = listeners.filter((other) => other !== listener);
      };
    },
    /** What one throws reaches `wx.onUnhandledRejection`, and stops neither the others nor a login. */
    w: (state) => listeners.forEach((listener) => void Promise.resolve(state).then(listener))
  };
}
module.exports = {
  WxgateError,
  createClient
};
