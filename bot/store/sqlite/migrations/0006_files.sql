-- What messages of the outbox bring: the content of files under its digest, for some weeks.
CREATE TABLE files (
    digest TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE INDEX files_at ON files (at);
