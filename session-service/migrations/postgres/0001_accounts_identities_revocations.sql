-- People. A unionid is WeChat's name for a person across the owner's apps.
CREATE TABLE accounts (
    id            UUID   NOT NULL PRIMARY KEY, -- version 7
    unionid       TEXT   UNIQUE,
    nickname      TEXT   NOT NULL,
    avatar_url    TEXT   NOT NULL,
    blocked_at    BIGINT,                      -- all times: Unix milliseconds
    created_at    BIGINT NOT NULL,
    last_login_at BIGINT NOT NULL
);

-- A person in one mini-program.
CREATE TABLE identities (
    appid      TEXT NOT NULL,
    openid     TEXT NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (appid, openid)
);

CREATE INDEX identities_by_account ON identities (account_id);

-- What no longer counts, in the order in which it was decided.
CREATE TABLE revocations (
    number     BIGINT NOT NULL PRIMARY KEY,
    subject    BYTEA  NOT NULL CHECK (octet_length(subject) IN (8, 16)), -- a user tag, or a session id
    reason     TEXT   NOT NULL,
    revoked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- A session is revoked once; a user may be revoked again.
CREATE UNIQUE INDEX revocations_by_session ON revocations (subject) WHERE octet_length(subject) = 16;
CREATE INDEX revocations_by_end ON revocations (expires_at);

-- The last number given out. One row, moved in the same transaction as the log.
CREATE TABLE revocation_counter (
    one    BOOLEAN NOT NULL PRIMARY KEY CHECK (one),
    number BIGINT  NOT NULL
);

INSERT INTO revocation_counter (one, number) VALUES (true, 0);
