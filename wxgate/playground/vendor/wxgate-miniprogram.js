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
function invalid(message) {
  return new WxgateError("invalid_argument", message);
}
function codeOf(error) {
  return error instanceof WxgateError ? error.code : void 0;
}
var PASSING = ["network", "bad_answer", "wx_login_failed", "rate_limited"];
function isTransient(error) {
  return error instanceof WxgateError && (PASSING.includes(error.code) || error.status >= 500);
}

// src/addresses.ts
function trimmed(address) {
  if (!/^https?:\/\/[^/?#@\\]+/.test(address))
    throw invalid("no address");
  return address.replace(/\/+$/, "");
}
function resolve(url, allowed) {
  if (url[0] === "/") return allowed[0] + url;
  if (allowed.some((base) => url.startsWith(base) && /^([/?#]|$)/.test(url.slice(base.length)))) return url;
  throw new WxgateError("foreign_url");
}

// src/answer.ts
function retryAfter(header, now) {
  let name = Object.keys(header).find((key) => key.toLowerCase() === "retry-after");
  if (!name) return;
  let text = header[name], seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1e3;
  return seconds >= 0 ? seconds : void 0;
}
function members(data) {
  try {
    return Object(typeof data == "string" ? JSON.parse(data) : data);
  } catch (e) {
    return {};
  }
}
function told({ statusCode, data }) {
  if (statusCode !== 204 && Object(data) !== data) throw new WxgateError("bad_answer");
  return data;
}
function refusal({ statusCode, data, header }, now) {
  let { code, detail, trace_id } = members(data), text = (value) => typeof value == "string" ? value : void 0;
  return new WxgateError(
    text(code) || `http_${statusCode}`,
    text(detail),
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
}, assign = Object.assign;
function sleep(runtime, milliseconds) {
  return new Promise((resolve2) => runtime.setTimeout(resolve2, milliseconds));
}
function nonce({ now, random }) {
  return [now(), random()].map((part) => part.toString(36)).join("-");
}

// src/backoff.ts
var CEILING = 6e4, FLOOR = 500, BELIEVED = 36e5;
function delay(failures, { retryAfter: retryAfter2 = 0 }, random) {
  let range = Math.min(CEILING, 1e3 * 2 ** failures);
  return Math.min(BELIEVED, retryAfter2 * 1e3) + Math.max(FLOOR, random() * range);
}
function twice(work, passes) {
  return work().catch((error) => {
    if (passes(error)) return work();
    throw error;
  });
}
function createGate(runtime) {
  let failures = 0, shutAt = 0, shutFor = 0, last, wait = () => {
    let since = runtime.now() - shutAt;
    return since < 0 ? 0 : Math.max(0, shutFor - since);
  };
  return {
    y: wait,
    z: () => {
      failures = shutFor = 0;
    },
    A: (error) => {
      last = error, shutFor = delay(++failures, error, runtime.random), shutAt = runtime.now();
    },
    B: async (patience) => {
      if (wait() > patience) throw last;
      wait() && await sleep(runtime, wait());
    }
  };
}

// src/listeners.ts
function createListeners() {
  let listeners = /* @__PURE__ */ new Set();
  return {
    C: (listener) => (listeners.add(listener), () => {
      listeners.delete(listener);
    }),
    D: (state) => listeners.forEach((listener) => {
      Promise.resolve(state).then(listener);
    })
  };
}

// src/open-data.ts
async function decrypt(sessions, ask2, source) {
  let fetched = typeof source == "function";
  fetched && await sessions.c();
  try {
    return await open(ask2, fetched ? await source() : source);
  } catch (error) {
    if (codeOf(error) !== "decrypt_failed" || !await sessions.d() || !fetched) throw error;
    return open(ask2, await source());
  }
}
async function open(ask2, { encryptedData, iv, rawData, signature }) {
  if (!encryptedData || !iv) throw invalid("no data");
  let data = assign({ encryptedData, iv }, rawData && signature ? { rawData, signature } : {});
  return (await ask2({ url: "/v1/open-data/decrypt", method: "POST", data, idempotent: !0 })).data;
}

// src/phone.ts
async function phoneNumber(sessions, ask2, detail) {
  let { code, encryptedData, iv, errMsg, errno } = detail, data = code ? { code } : encryptedData && iv && { encryptedData, iv };
  if (!data) throw new WxgateError(errno === 1400001 ? "no_quota" : "user_denied", errMsg);
  try {
    return await ask2({ url: "/v1/phone-number", method: "POST", data, idempotent: !0 });
  } catch (error) {
    throw codeOf(error) === "decrypt_failed" && await sessions.d(), error;
  }
}

// src/wx.ts
function surroundingWx() {
  return typeof wx == "undefined" ? void 0 : wx;
}
var MERCY = 5e3;
async function ask(runtime, code, timeout, start) {
  let timer;
  try {
    return await new Promise((success, reject) => {
      let fail = ({ errMsg } = {}) => reject(new WxgateError(code, errMsg));
      timer = runtime.setTimeout(fail, timeout + MERCY);
      let returned = Object(start({ success, fail }));
      returned.catch && returned.catch(() => {
      });
    });
  } finally {
    runtime.clearTimeout(timer);
  }
}

// src/call.ts
var TIMEOUT = 6e4;
async function call(wx2, runtime, what, token) {
  let answer = await ask(
    runtime,
    "network",
    what.timeout || TIMEOUT,
    (callbacks) => wx2.request(present(assign({}, what, { header: withToken(what.header, token) }, callbacks)))
  );
  if (answer.statusCode >= 400) throw refusal(answer, runtime.now());
  return answer;
}
function present(members2) {
  let kept = {};
  for (let name in members2) members2[name] !== void 0 && (kept[name] = members2[name]);
  return kept;
}
function withToken(header = {}, token) {
  if (token === void 0) return header;
  let sent = { Authorization: `Bearer ${token}` };
  for (let name in header) name.toLowerCase() !== "authorization" && (sent[name] = header[name]);
  return sent;
}

// src/profile.ts
async function updateProfile(ask2, change, upload) {
  let { nickname, avatarFile, avatarUrl } = change;
  if (avatarFile) {
    if (!upload) throw invalid("no uploadAvatar");
    avatarUrl = await upload(avatarFile);
  }
  let data = present({ nickname, avatar_url: avatarUrl });
  return (await ask2({ url: "/v1/user/profile", method: "PUT", data })).user;
}

// src/session.ts
function granted(grant, user, runtime) {
  let now = runtime.now();
  return {
    t: grant.session_rd,
    g: now,
    r: now + grant.refresh_in * 1e3 * (1 - 0.1 * runtime.random()),
    x: now + grant.expires_in * 1e3,
    u: user
  };
}
function isDue(session, now) {
  return now >= session.r || now < session.g;
}

// src/refresh-loop.ts
var DAY = 864e5, PAUSE = 3e4;
function createRefreshLoop(sessions, isShown, gate, runtime) {
  let { now, random } = runtime, timer, notBefore = 0, pause = () => Math.min(notBefore - now(), 2 * PAUSE), arm = () => {
    timer !== void 0 && runtime.clearTimeout(timer), timer = void 0;
    let session = sessions.a();
    if (!session || !isShown()) return;
    let due = isDue(session, now()) ? 0 : session.r - now();
    timer = runtime.setTimeout(ring, Math.min(DAY, Math.max(due, pause(), gate.y())));
  }, ring = async () => {
    timer = void 0;
    let session = sessions.a();
    session && isDue(session, now()) && await sessions.E().catch(() => {
      notBefore = now() + PAUSE * (1 + random());
    }), arm();
  };
  return arm;
}

// src/slots.ts
function createSlots() {
  let free = 9, waiting = [];
  return async (work) => {
    free ? free-- : await new Promise((resolve2) => waiting.push(resolve2));
    try {
      return await work();
    } finally {
      let next = waiting.shift();
      next ? next() : free++;
    }
  };
}

// src/request.ts
var PATIENCE = 1e4, BUDGET = 5, PAY = 0.2;
function createSend(wx2, runtime, sessions, allowed, whenShown) {
  let inSlot = createSlots(), budget = BUDGET, pause = async (options, failures, error) => {
    let { retries = 2 } = options;
    if (!isTransient(error) || !mayRepeat(options, error)) throw error;
    let wait = delay(failures, error, runtime.random);
    if (failures > retries || budget < 1 || wait > PATIENCE) throw error;
    budget--, await sleep(runtime, wait), await whenShown();
  }, persist2 = async (options, url, leaver) => {
    let { data, header, timeout, method = "GET" } = options, session = await sessions.c(leaver), replaced = !1;
    for (let failures = 0; ; )
      try {
        return await call(wx2, runtime, { url, method, data, header, timeout }, session.t);
      } catch (error) {
        if (!saysOver(error))
          await pause(options, ++failures, error), session = await sessions.c(leaver);
        else {
          if (replaced && sessions.F(session.t))
            throw error;
          replaced = !0, session = await sessions.G(session.t, error, leaver);
        }
      }
  };
  return async (options, leaver) => {
    let url = resolve(options.url, allowed), answer = await (leaver ? persist2(options, url, leaver) : inSlot(() => persist2(options, url)));
    return budget = Math.min(BUDGET, budget + PAY), assign({}, answer, { header: Object(answer.header) });
  };
}
function mayRepeat({ idempotent, method }, { code, status = 0, retryAfter: retryAfter2 }) {
  return status === 503 && retryAfter2 !== void 0 || (code === "network" || status > 501 && status < 505) && (idempotent || method !== "POST");
}

// src/revoke.ts
async function revoke(wx2, runtime, base, token) {
  let ask2 = async () => told(await call(wx2, runtime, { url: `${base}/v1/session`, method: "DELETE", timeout: 1e4 }, token));
  try {
    await twice(ask2, isTransient);
  } catch (error) {
    if (!saysOver(error)) throw error;
  }
}

// src/flight.ts
function createFlight() {
  let current, landed = () => {
    current = void 0;
  };
  return {
    p: (work) => (current || (current = work(), current.then(landed, landed)), current),
    l: () => current && current.catch(() => {
    })
  };
}

// src/held.ts
function createHeld(storage, changed) {
  let { status, s: session } = storage.H(), epoch = 0, snapshot = () => session ? { status, user: session.u } : { status }, become = (nextStatus, nextSession) => {
    let before = snapshot();
    status = nextStatus, session = nextSession, storage.I({ status, s: session }), changed(before, snapshot());
  };
  return {
    e: snapshot,
    f: become,
    a: () => session,
    q: () => {
      session && (session = assign({}, session, { x: 0 }));
    },
    h: () => {
      let token = session && session.t;
      return epoch++, become("logged_out"), token;
    },
    i: () => status === "blocked" ? "user_blocked" : status === "logged_out" && status,
    j: () => {
      let marked = epoch;
      return () => marked !== epoch;
    }
  };
}
function refuseEnded(held) {
  let code = held.i();
  if (code) throw new WxgateError(code);
}
function refuseWhen(isGone) {
  if (isGone()) throw new WxgateError("logged_out");
}

// src/asked.ts
function createAskedLogins(held, { v: enter }, { J: afterwards }, obtain) {
  let { p: share } = createFlight(), anew = () => share(
    () => afterwards(() => (refuseEnded(held), enter()))
  );
  return {
    m: async (fresh) => {
      let begin = () => (held.i() && held.f("none"), fresh ? enter() : obtain());
      return await (held.i() ? afterwards(begin) : fresh ? anew() : obtain()), held.e();
    },
    d: async () => !held.i() && anew().then(Boolean, () => !1)
  };
}

// src/departure.ts
function createDeparture(held, landed) {
  let leaving, over = () => {
    leaving = void 0;
  };
  return {
    K: () => leaving,
    n: async (ask2) => {
      for (; leaving; ) await leaving;
      let isGone = held.j(), left = (async () => {
        await landed(), await ask2(), isGone() || held.h();
      })();
      return leaving = left.then(over, over), left;
    },
    J: async (work) => {
      let isGone = held.j();
      for (; landed() || leaving; ) await (landed() || leaving);
      return refuseWhen(isGone), work();
    }
  };
}

// src/ticket.ts
var CODE_LIFE = 24e4, REPLAY = 25e3, TIMEOUT2 = 1e4, FAILED = "wx_login_failed";
async function draw(wx2, runtime) {
  let { code } = await ask(
    runtime,
    FAILED,
    TIMEOUT2,
    (callbacks) => wx2.login(assign({ timeout: TIMEOUT2 }, callbacks))
  );
  if (!code) throw new WxgateError(FAILED);
  let drawnAt = runtime.now();
  return { code, nonce: nonce(runtime), L: drawnAt, w: drawnAt + CODE_LIFE, M: 0 };
}
function afterFailure(ticket, error) {
  switch (codeOf(error)) {
    case "overloaded":
      return ticket;
    // certainly not spent
    case "store_unavailable":
      return ticket.M++ ? void 0 : ticket;
    case "network":
    case "deadline_exceeded":
      return ticket.w = ticket.L + REPLAY, ticket;
  }
}

// src/login.ts
var ATTEMPTS = 3, PATIENCE2 = 8e3, TIMEOUT3 = 1e4;
function createLogin(door) {
  let { wx: wx2, k: time, b: base, appid, device } = door, ticket, exchange = async () => {
    let sent = ticket && time.now() < ticket.w ? ticket : await draw(wx2, time), data = present({ code: sent.code, nonce: sent.nonce, appid, device });
    try {
      let answer = await call(wx2, time, { url: `${base}/v1/login`, method: "POST", data, timeout: TIMEOUT3 });
      return ticket = void 0, checked(answer.data);
    } catch (error) {
      throw ticket = afterFailure(sent, error), error;
    }
  }, exchangeNewest = (isGone) => twice(exchange, (error) => codeOf(error) === "login_code_rejected" && !isGone());
  return (isGone) => persist(door, isGone, () => exchangeNewest(isGone));
}
function refresh(door, token, isGone) {
  let { wx: wx2, k: time, b: base } = door;
  return persist(door, isGone, async () => {
    let url = `${base}/v1/session/refresh`;
    return checked((await call(wx2, time, { url, method: "POST", timeout: TIMEOUT3 }, token)).data);
  });
}
async function persist({ N: gate, o: whenShown }, isGone, work) {
  for (let attempt = 1; ; attempt++) {
    await gate.B(PATIENCE2), await whenShown(), refuseWhen(isGone);
    try {
      let done = await work();
      return gate.z(), done;
    } catch (error) {
      let code = codeOf(error);
      if (!saysOver(error) && code !== "user_blocked" && gate.A(error), !isTransient(error) || attempt >= ATTEMPTS || code === "wechat_misconfigured") throw error;
    }
  }
}
function checked(data) {
  let grant = Object(data);
  if (grant.session_rd && grant.expires_in > 0 && grant.refresh_in >= 1) return grant;
  throw new WxgateError("bad_answer");
}

// src/entrance.ts
function createEntrance(door, held, abandoned) {
  let { k: time } = door, logIn = createLogin(door), { p: share, l: landed } = createFlight(), adopt = (grant, user, isGone) => {
    refuseWhen(isGone);
    let session = granted(grant, user, time);
    return held.f("active", session), session;
  }, enter = async () => {
    let isGone = held.j();
    try {
      let grant = await logIn(isGone);
      isGone() && abandoned(grant.session_rd);
      let old = held.a(), adopted = adopt(grant, grant.user, isGone);
      return old && time.now() < old.x && abandoned(old.t), adopted;
    } catch (error) {
      throw codeOf(error) === "user_blocked" && !isGone() && held.f("blocked"), error;
    }
  }, step = async (old) => {
    let isGone = held.j();
    try {
      let grant = await refresh(door, old.t, isGone);
      return adopt(grant, (held.a() || old).u, isGone);
    } catch (error) {
      if (!saysOver(error) || isGone()) throw error;
      return held.q(), enter();
    }
  };
  return {
    v: () => share(enter),
    O: (old) => share(() => time.now() < old.x ? step(old) : enter()),
    l: landed
  };
}

// src/sessions.ts
var DISTRUST = 3e4;
function createSessions(door, storage, { P: changed, Q: abandoned }) {
  let { now } = door.k, held = createHeld(storage, changed), { e: snapshot, a: peek, h: end } = held, entrance = createEntrance(door, held, abandoned), departure = createDeparture(held, entrance.l), { K: leaving, n: leave } = departure, distrustedAt = 0, renew = async () => {
    for (; leaving(); ) await leaving();
    let old = peek();
    old && await entrance.O(old);
  }, obtain = async (leaver) => {
    refuseEnded(held);
    let session = peek();
    return !session || now() >= session.x ? !leaving() || leaver ? entrance.v() : (await leaving(), obtain()) : (isDue(session, now()) && renew().catch(() => {
    }), session);
  }, supersede = async (token, refused, leaver) => {
    refuseEnded(held);
    let session = peek();
    if (session && session.t !== token) return session;
    if (Math.abs(now() - distrustedAt) < DISTRUST) throw refused;
    return held.q(), obtain(leaver);
  }, distrust = (token) => {
    let session = peek(), isCurrent = session && session.t === token;
    return isCurrent && (distrustedAt = now()), isCurrent;
  }, describe = (user) => {
    let session = peek();
    session && held.f("active", assign({}, session, { u: user }));
  }, { m: logIn, d: relogin } = createAskedLogins(held, entrance, departure, obtain);
  return { e: snapshot, a: peek, c: obtain, G: supersede, F: distrust, E: renew, R: describe, h: end, n: leave, m: logIn, d: relogin };
}

// src/storage.ts
function createStorage(wx2, key, base) {
  return {
    // Storage can be full, damaged or denied.
    H: () => {
      try {
        let stored = wx2.getStorageSync(key);
        if (stored.b === base && isWhole(stored)) return stored;
      } catch (e) {
      }
      return { status: "none" };
    },
    I: (kept) => {
      try {
        wx2.setStorageSync(key, assign({ b: base }, kept));
      } catch (e) {
        try {
          wx2.removeStorageSync(key);
        } catch (e2) {
        }
      }
    }
  };
}
function isWhole({ status, s: session }) {
  if (!session) return status === "logged_out";
  let { t: bearer, g: grantedAt, r: refreshAt, x: expiresAt, u: owner } = session;
  return status === "active" && !!(bearer && owner) && grantedAt + refreshAt + expiresAt > 0;
}

// src/visibility.ts
function createVisibility(wx2, changed) {
  let visible = !0, waiting = [], turn = (shown) => {
    visible = shown, shown && waiting.splice(0).forEach((resume) => resume()), changed();
  };
  return wx2.onAppShow && wx2.onAppShow(() => turn(!0)), wx2.onAppHide && wx2.onAppHide(() => turn(!1)), {
    S: turn,
    T: () => visible,
    o: () => visible || new Promise((resolve2) => waiting.push(resolve2))
  };
}

// src/client.ts
function createClient(options) {
  let { appid, device, services = [], storageKey = "wxgate.session", uploadAvatar, wx: wx2 = surroundingWx() } = options;
  if (!wx2) throw invalid("no wx");
  let runtime = assign({}, phone, options.runtime), base = trimmed(options.baseUrl), gate = createGate(runtime), { S: turn, T: shown, o: whenShown } = createVisibility(wx2, () => arm()), listeners = createListeners(), endThere = (token) => revoke(wx2, runtime, base, token), sessions = createSessions({ wx: wx2, k: runtime, N: gate, b: base, appid, device, o: whenShown }, createStorage(wx2, storageKey, base), {
    P: (before, after) => {
      arm(), (before.status !== after.status || before.user !== after.user) && listeners.D(after);
    },
    Q: (token) => {
      endThere(token).catch(() => {
      });
    }
  }), arm = createRefreshLoop(sessions, shown, gate, runtime);
  arm();
  let send = createSend(wx2, runtime, sessions, [base].concat(services.map(trimmed)), whenShown), ask2 = async (what, leaver) => told(await send(what, leaver)), leave = (url) => sessions.n(() => ask2({ url, method: "DELETE" }, !0));
  return {
    get state() {
      return sessions.e();
    },
    login: ({ fresh } = {}) => sessions.m(fresh),
    request: (what) => send(what),
    token: async () => (await sessions.c()).t,
    getPhoneNumber: ({ detail }) => phoneNumber(sessions, ask2, detail),
    decrypt: (source) => decrypt(sessions, ask2, source),
    updateProfile: async (change) => {
      let user = await updateProfile(ask2, change, uploadAvatar);
      return sessions.R(user), user;
    },
    sessions: async () => (await ask2({ url: "/v1/sessions" })).sessions,
    endSession: (id) => ask2({ url: `/v1/sessions/${encodeURIComponent(id)}`, method: "DELETE" }),
    logout: async ({ everywhere } = {}) => {
      if (everywhere) return leave("/v1/sessions");
      let token = sessions.h();
      token && await endThere(token);
    },
    eraseUser: () => leave("/v1/user"),
    onSessionChange: listeners.C,
    show: () => turn(!0),
    hide: () => turn(!1)
  };
}
export {
  WxgateError,
  createClient
};
