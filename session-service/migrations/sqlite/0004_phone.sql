-- The phone number that a person gave away: sealed by session-service, with when, and whether WeChat vouched for it.
ALTER TABLE accounts ADD COLUMN phone BLOB;
