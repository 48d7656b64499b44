-- Small things that are remembered under a name: rooms set up in chat, accounts of people, what a platform may still be sent.
CREATE TABLE kept (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
