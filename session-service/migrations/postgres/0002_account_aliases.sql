-- Accounts that were merged into an older one of the same person: their ids still find that one.
CREATE TABLE account_aliases (
    former_id  UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id)
);

CREATE INDEX account_aliases_by_account ON account_aliases (account_id);

-- A login asks what was decided about its user meanwhile.
CREATE INDEX revocations_by_user ON revocations (subject, number) WHERE octet_length(subject) = 8;
