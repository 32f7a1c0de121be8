-- Accounts that were merged into an older one of the same person: their ids still find that one.
CREATE TABLE account_aliases (
    former_id  BLOB NOT NULL PRIMARY KEY, -- UUIDv7, 16 bytes
    account_id BLOB NOT NULL REFERENCES accounts (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_aliases_by_account ON account_aliases (account_id);
