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
    throw invalid("no http(s) address");
  return address.replace(/\/+$/, "");
}
function resolve(url, allowed) {
  if (url[0] === "/") return allowed[0] + url;
  if (allowed.some((base) => url.startsWith(base) && /^([/?#]|$)/.test(url.slice(base.length)))) return url;
  throw new WxgateError("foreign_url", "not under baseUrl or services");
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
  let part = () => random().toString(36).slice(2);
  return `${now().toString(36)}-${part()}${part()}`;
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
    t: wait,
    u: () => {
      failures = shutFor = 0;
    },
    v: (error) => {
      last = error, shutFor = delay(++failures, error, runtime.random), shutAt = runtime.now();
    },
    w: async (patience) => {
      if (wait() > patience) throw last;
      wait() && await sleep(runtime, wait());
    }
  };
}

// src/listeners.ts
function createListeners() {
  let listeners = [];
  return {
    y: (listener) => (listeners = listeners.concat(listener), () => {
      listeners = listeners.filter((other) => other !== listener);
    }),
    z: (state) => listeners.forEach((listener) => {
      Promise.resolve(state).then(listener);
    })
  };
}

// src/open-data.ts
async function decrypt(sessions, send, source) {
  let fetched = typeof source == "function";
  fetched && await sessions.c();
  try {
    return await open(send, fetched ? await source() : source);
  } catch (error) {
    if (codeOf(error) !== "decrypt_failed" || !await sessions.d() || !fetched) throw error;
    return open(send, await source());
  }
}
async function open(send, { encryptedData, iv, rawData, signature }) {
  if (!encryptedData || !iv) throw invalid("no encryptedData or iv");
  let data = assign({ encryptedData, iv }, rawData && signature ? { rawData, signature } : {});
  return (await send({ url: "/v1/open-data/decrypt", method: "POST", data, idempotent: !0 })).data.data;
}

// src/phone.ts
async function phoneNumber(sessions, send, detail) {
  let { code, encryptedData, iv, errMsg } = detail, sealed = encryptedData && iv && { encryptedData, iv }, data = code ? { code } : sealed;
  if (!data) throw new WxgateError("user_denied", errMsg);
  try {
    return (await send({ url: "/v1/phone-number", method: "POST", data, idempotent: !0 })).data;
  } catch (error) {
    if (sealed && error.status === 404)
      return assign(await decrypt(sessions, send, sealed), { verified: !1 });
    throw codeOf(error) === "decrypt_failed" && await sessions.d(), error;
  }
}

// src/answer.ts
function retryAfter(header, now) {
  let name = Object.keys(header).find((key) => key.toLowerCase() === "retry-after");
  if (!name) return;
  let text = String(header[name]), seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1e3;
  return seconds >= 0 ? seconds : void 0;
}
function members(data) {
  try {
    return Object(typeof data == "string" ? JSON.parse(data) : data);
  } catch (e) {
    return {};
  }
}
function refusal({ statusCode, data, header }, now) {
  let { code, detail, title, trace_id } = members(data), text = (value) => typeof value == "string" ? value : void 0;
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

// src/wx.ts
function surroundingWx() {
  return typeof wx == "undefined" ? void 0 : wx;
}
function quietly(returned) {
  let { catch: swallow } = Object(returned);
  swallow && swallow.call(returned, () => {
  });
}

// src/call.ts
async function call(wx2, runtime, what, token) {
  let answer = await new Promise((success, reject) => {
    let fail = ({ errMsg }) => reject(new WxgateError("network", errMsg));
    quietly(wx2.request(present(assign({}, what, { header: withToken(what.header, token), success, fail }))));
  });
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
async function updateProfile(send, change, upload) {
  let { nickname, avatarFile, avatarUrl } = change;
  if (avatarFile) {
    if (!upload) throw invalid("no uploadAvatar");
    avatarUrl = await upload(avatarFile);
  }
  let data = present({ nickname, avatar_url: avatarUrl });
  return (await send({ url: "/v1/user/profile", method: "PUT", data })).data.user;
}

// src/session.ts
function granted(grant, user, runtime) {
  let now = runtime.now();
  return {
    token: grant.session_rd,
    g: now,
    r: now + grant.refresh_in * 1e3 * (1 - 0.1 * runtime.random()),
    x: now + grant.expires_in * 1e3,
    user
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
    timer = runtime.setTimeout(ring, Math.min(DAY, Math.max(due, pause(), gate.t())));
  }, ring = async () => {
    timer = void 0;
    let session = sessions.a();
    session && isDue(session, now()) && await sessions.A().catch(() => {
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
        return await call(wx2, runtime, { url, method, data, header, timeout }, session.token);
      } catch (error) {
        if (!saysOver(error))
          await pause(options, ++failures, error), session = await sessions.c(leaver);
        else {
          if (replaced)
            throw sessions.B(session.token), error;
          replaced = !0, session = await sessions.C(session.token, error, leaver);
        }
      }
  };
  return async (options, leaver) => {
    let url = resolve(options.url, allowed), { statusCode, data, header } = await (leaver ? persist2(options, url, leaver) : inSlot(() => persist2(options, url)));
    return budget = Math.min(BUDGET, budget + PAY), { statusCode, data, header: Object(header) };
  };
}
function mayRepeat({ idempotent, method }, { code, status = 0, retryAfter: retryAfter2 }) {
  return status === 503 && retryAfter2 !== void 0 ? !0 : (code === "network" || status > 501 && status < 505) && (idempotent || method !== "POST");
}

// src/revoke.ts
async function revoke(wx2, runtime, base, token) {
  let ask = () => call(wx2, runtime, { url: `${base}/v1/session`, method: "DELETE", timeout: 1e4 }, token);
  try {
    await twice(ask, isTransient);
  } catch (error) {
    if (!saysOver(error)) throw error;
  }
}

// src/held.ts
function createHeld(storage, changed) {
  let { status, s: session } = storage.D(), epoch = 0, snapshot = () => session ? { status, user: session.user } : { status }, become = (nextStatus, nextSession) => {
    let before = snapshot();
    status = nextStatus, session = nextSession, storage.E({ status, s: session }), changed(before, snapshot());
  };
  return {
    e: snapshot,
    f: become,
    a: () => session,
    n: () => {
      session && (session = assign({}, session, { x: 0 }));
    },
    h: () => {
      let token = session && session.token;
      return epoch++, become("logged_out"), token;
    },
    o: () => status === "blocked" ? "user_blocked" : status === "logged_out" && status,
    i: () => {
      let marked = epoch;
      return () => marked !== epoch;
    }
  };
}
function refuseEnded(held) {
  let code = held.o();
  if (code) throw new WxgateError(code);
}
function refuseWhen(isGone) {
  if (isGone()) throw new WxgateError("logged_out");
}

// src/asked.ts
function createAskedLogins(held, { p: enter }, { F: settle }, obtain) {
  let relogin = async () => (refuseEnded(held), await settle(), refuseEnded(held), await enter(), !0);
  return {
    j: async (fresh) => {
      let ended = held.o();
      return (fresh || ended) && await settle(), ended && held.f("none"), await (fresh ? enter() : obtain()), held.e();
    },
    d: () => relogin().catch(() => !1)
  };
}

// src/departure.ts
function createDeparture(held, landed) {
  let leaving, over = () => {
    leaving = void 0;
  };
  return {
    G: () => leaving,
    k: async (ask) => {
      for (; leaving; ) await leaving;
      let isGone = held.i(), left = landed().then(ask).then(() => {
        isGone() || held.h();
      });
      return leaving = left.then(over, over), left;
    },
    F: async () => {
      let isGone = held.i();
      for (await landed(); leaving; ) await leaving;
      refuseWhen(isGone);
    }
  };
}

// src/flight.ts
function createFlight() {
  let current, landed = () => {
    current = void 0;
  };
  return {
    H: (work) => (current || (current = work(), current.then(landed, landed)), current),
    l: async () => current && current.catch(() => {
    })
  };
}

// src/ticket.ts
var CODE_LIFE = 24e4, REPLAY = 25e3;
async function draw(wx2, runtime) {
  let code = await new Promise((resolve2, reject) => {
    let fail = ({ errMsg }) => reject(new WxgateError("wx_login_failed", errMsg)), success = (answer) => answer.code ? resolve2(answer.code) : fail({});
    quietly(wx2.login({ timeout: 1e4, success, fail }));
  }), drawnAt = runtime.now();
  return { code, nonce: nonce(runtime), I: drawnAt, q: drawnAt + CODE_LIFE, J: 0 };
}
function afterFailure(ticket, error) {
  switch (codeOf(error)) {
    case "overloaded":
      return ticket;
    // certainly not spent
    case "store_unavailable":
      return ticket.J++ ? void 0 : ticket;
    case "network":
    case "deadline_exceeded":
      return ticket.q = ticket.I + REPLAY, ticket;
  }
}

// src/login.ts
var ATTEMPTS = 3, PATIENCE2 = 8e3, TIMEOUT = 1e4;
function createLogin(door) {
  let { wx: wx2, runtime, b: base, appid, device } = door, ticket, exchange = async () => {
    let sent = ticket && runtime.now() < ticket.q ? ticket : await draw(wx2, runtime), data = present({ code: sent.code, nonce: sent.nonce, appid, device });
    try {
      let answer = await call(wx2, runtime, { url: `${base}/v1/login`, method: "POST", data, timeout: TIMEOUT });
      return ticket = void 0, checked(answer.data);
    } catch (error) {
      throw ticket = afterFailure(sent, error), error;
    }
  }, exchangeNewest = () => twice(exchange, (error) => codeOf(error) === "login_code_rejected");
  return () => persist(door, exchangeNewest);
}
function refresh(door, token) {
  let { wx: wx2, runtime, b: base } = door;
  return persist(door, async () => {
    let url = `${base}/v1/session/refresh`;
    return checked((await call(wx2, runtime, { url, method: "POST", timeout: TIMEOUT }, token)).data);
  });
}
async function persist({ K: gate, m: whenShown }, work) {
  for (let attempt = 1; ; attempt++) {
    await gate.w(PATIENCE2), await whenShown();
    try {
      let done = await work();
      return gate.u(), done;
    } catch (error) {
      let code = codeOf(error);
      if (!saysOver(error) && code !== "user_blocked" && gate.v(error), !isTransient(error) || attempt >= ATTEMPTS || code === "wechat_misconfigured") throw error;
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
  let { runtime } = door, logIn = createLogin(door), { H: share, l: landed } = createFlight(), adopt = (grant, user, isGone) => {
    refuseWhen(isGone);
    let session = granted(grant, user, runtime);
    return held.f("active", session), session;
  }, enter = async () => {
    let isGone = held.i();
    try {
      let grant = await logIn();
      return isGone() && abandoned(grant.session_rd), adopt(grant, grant.user, isGone);
    } catch (error) {
      throw codeOf(error) === "user_blocked" && !isGone() && held.f("blocked"), error;
    }
  }, step = async (old) => {
    let isGone = held.i();
    try {
      let grant = await refresh(door, old.token);
      return adopt(grant, (held.a() || old).user, isGone);
    } catch (error) {
      if (!saysOver(error) || isGone()) throw error;
      return held.n(), enter();
    }
  };
  return {
    p: () => share(enter),
    L: (old) => share(() => runtime.now() < old.x ? step(old) : enter()),
    l: landed
  };
}

// src/sessions.ts
var DISTRUST = 3e4;
function createSessions(door, storage, { M: changed, N: abandoned }) {
  let { now } = door.runtime, held = createHeld(storage, changed), { e: snapshot, a: peek, h: end } = held, entrance = createEntrance(door, held, abandoned), departure = createDeparture(held, entrance.l), { G: leaving, k: leave } = departure, distrustedAt = 0, renew = async () => {
    for (; leaving(); ) await leaving();
    let old = peek();
    old && await entrance.L(old);
  }, obtain = async (leaver) => {
    refuseEnded(held);
    let session = peek();
    return !session || now() >= session.x ? !leaving() || leaver ? entrance.p() : (await leaving(), obtain()) : (isDue(session, now()) && renew().catch(() => {
    }), session);
  }, supersede = async (token, refused, leaver) => {
    refuseEnded(held);
    let session = peek();
    if (session && session.token !== token) return session;
    if (Math.abs(now() - distrustedAt) < DISTRUST) throw refused;
    return held.n(), obtain(leaver);
  }, distrust = (token) => {
    let session = peek();
    session && session.token === token && (distrustedAt = now());
  }, describe = (user) => {
    let session = peek();
    session && held.f("active", assign({}, session, { user }));
  }, { j: logIn, d: relogin } = createAskedLogins(held, entrance, departure, obtain);
  return { e: snapshot, a: peek, c: obtain, C: supersede, B: distrust, A: renew, O: describe, h: end, k: leave, j: logIn, d: relogin };
}

// src/storage.ts
function createStorage(wx2, key, base) {
  let attempt = (work, otherwise) => {
    try {
      work();
    } catch (e) {
      otherwise && otherwise();
    }
  };
  return {
    D: () => {
      let kept = { status: "none" };
      return attempt(() => {
        let stored = wx2.getStorageSync(key);
        stored.b === base && isWhole(stored) && (kept = stored);
      }), kept;
    },
    E: (kept) => attempt(
      () => wx2.setStorageSync(key, assign({ b: base }, kept)),
      () => attempt(() => wx2.removeStorageSync(key))
      // better nothing than a token that was replaced
    )
  };
}
function isWhole({ status, s: session }) {
  if (!session) return status === "logged_out";
  let { token, g: grantedAt, r: refreshAt, x: expiresAt, user } = session;
  return status === "active" && !!(token && user) && grantedAt + refreshAt + expiresAt > 0;
}

// src/visibility.ts
function createVisibility(wx2, changed) {
  let visible = !0, waiting = [], turn = (shown) => {
    visible = shown, shown && waiting.splice(0).forEach((resume) => resume()), changed();
  };
  return wx2.onAppShow && wx2.onAppShow(() => turn(!0)), wx2.onAppHide && wx2.onAppHide(() => turn(!1)), {
    P: turn,
    Q: () => visible,
    m: async () => {
      visible || await new Promise((resolve2) => waiting.push(resolve2));
    }
  };
}

// src/client.ts
function createClient(options) {
  let { appid, device, services = [], storageKey = "wxgate.session", uploadAvatar, wx: wx2 = surroundingWx() } = options;
  if (!wx2) throw invalid("no wx");
  let runtime = assign({}, phone, options.runtime), base = trimmed(options.baseUrl), gate = createGate(runtime), { P: turn, Q: shown, m: whenShown } = createVisibility(wx2, () => arm()), listeners = createListeners(), endThere = (token) => revoke(wx2, runtime, base, token), sessions = createSessions({ wx: wx2, runtime, K: gate, b: base, appid, device, m: whenShown }, createStorage(wx2, storageKey, base), {
    M: (before, after) => {
      arm(), (before.status !== after.status || before.user !== after.user) && listeners.z(after);
    },
    N: (token) => {
      endThere(token).catch(() => {
      });
    }
  }), arm = createRefreshLoop(sessions, shown, gate, runtime);
  arm();
  let send = createSend(wx2, runtime, sessions, [base].concat(services.map(trimmed)), whenShown), leave = (url) => sessions.k(() => send({ url, method: "DELETE" }, !0));
  return {
    get state() {
      return sessions.e();
    },
    login: ({ fresh } = {}) => sessions.j(fresh),
    request: (what) => send(what),
    token: async () => (await sessions.c()).token,
    getPhoneNumber: ({ detail }) => phoneNumber(sessions, send, detail),
    decrypt: (source) => decrypt(sessions, send, source),
    updateProfile: async (change) => {
      let user = await updateProfile(send, change, uploadAvatar);
      return sessions.O(user), user;
    },
    sessions: async () => (await send({ url: "/v1/sessions" })).data.sessions,
    endSession: async (id) => {
      await send({ url: `/v1/sessions/${encodeURIComponent(id)}`, method: "DELETE" });
    },
    logout: async ({ everywhere } = {}) => {
      if (everywhere) return leave("/v1/sessions");
      let token = sessions.h();
      token && await endThere(token);
    },
    eraseUser: () => leave("/v1/user"),
    onSessionChange: listeners.y,
    show: () => turn(!0),
    hide: () => turn(!1)
  };
}
export {
  WxgateError,
  createClient
};
