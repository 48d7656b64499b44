-- What the program failed at: messages, and deadlines of tickets.
CREATE TABLE failures (
    key TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX failures_at ON failures (at);
