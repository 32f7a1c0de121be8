-- People. A unionid is WeChat's name for a person across the owner's apps.
CREATE TABLE accounts (
    id            BLOB    NOT NULL PRIMARY KEY, -- UUIDv7, 16 bytes
    unionid       TEXT    UNIQUE,
    nickname      TEXT    NOT NULL,
    avatar_url    TEXT    NOT NULL,
    blocked_at    INTEGER,                      -- all times: Unix milliseconds
    created_at    INTEGER NOT NULL,
    last_login_at INTEGER NOT NULL
) STRICT;

-- A person in one mini-program.
CREATE TABLE identities (
    appid      TEXT NOT NULL,
    openid     TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (appid, openid)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_by_account ON identities (account_id);

-- What no longer counts, in the order in which it was decided.
CREATE TABLE revocations (
    number     INTEGER NOT NULL PRIMARY KEY,
    subject    BLOB    NOT NULL, -- a session id (16 bytes) or a user tag (8 bytes)
    reason     TEXT    NOT NULL,
    revoked_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX revocations_by_subject ON revocations (subject);
CREATE INDEX revocations_by_end ON revocations (expires_at);

-- The last number given out. One row, moved in the same transaction as the log.
CREATE TABLE revocation_counter (
    one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL
) STRICT;

INSERT INTO revocation_counter (one, number) VALUES (1, 0);
