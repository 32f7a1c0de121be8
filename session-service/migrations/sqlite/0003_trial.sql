-- Written before a login code is spent, to see whether the disk takes a login. Its content means nothing.
CREATE TABLE trial (
    one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    filling BLOB    NOT NULL
) STRICT;

INSERT INTO trial (one, filling) VALUES (1, randomblob(60000));
