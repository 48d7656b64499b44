-- Instants are milliseconds since 1970 in UTC. A `body` is the whole value as JSON; the columns beside it are what queries look for.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    number INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    head TEXT NOT NULL,
    status TEXT NOT NULL,
    room TEXT NOT NULL,
    account TEXT NOT NULL,
    subject INTEGER,
    next_due_at INTEGER,
    surveyed_at INTEGER,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX tickets_due ON tickets (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX tickets_open ON tickets (number) WHERE status <> 'closed';
CREATE INDEX tickets_open_in_room ON tickets (room) WHERE status <> 'closed';
CREATE INDEX tickets_of_account ON tickets (account, number);
CREATE INDEX tickets_about ON tickets (subject) WHERE subject IS NOT NULL;
CREATE INDEX tickets_surveyed ON tickets (account, surveyed_at) WHERE surveyed_at IS NOT NULL;

-- `body` is exactly what was hashed after the hash of the record before it, so that anybody can check the chain with SHA-256 alone.
CREATE TABLE records (
    number INTEGER NOT NULL REFERENCES tickets (number),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (number, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE seen (
    key TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX seen_at ON seen (at);

-- `outcome` is empty while the question is open; what stands in `body` about it is not looked at.
CREATE TABLE asks (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    room TEXT NOT NULL,
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    outgoing TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX asks_open ON asks (room, person, asked_at) WHERE outcome = '';
CREATE INDEX asks_answered ON asks (room, asked_at) WHERE kind = 'Answered';
CREATE INDEX asks_of_outgoing ON asks (outgoing) WHERE outgoing <> '';
CREATE INDEX asks_asked ON asks (asked_at);

CREATE TABLE links (
    room TEXT NOT NULL,
    message TEXT NOT NULL,
    ticket INTEGER,
    outgoing TEXT NOT NULL,
    PRIMARY KEY (room, message)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a position is never given twice, also after the newest message was forgotten.
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    adapter TEXT NOT NULL,
    room TEXT NOT NULL,
    state TEXT NOT NULL,
    ticket INTEGER,
    created_at INTEGER NOT NULL,
    platform_id TEXT,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX outbox_waiting ON outbox (adapter, position) WHERE state IN ('queued', 'held', 'sending');
CREATE INDEX outbox_dead ON outbox (position) WHERE state = 'dead';
CREATE INDEX outbox_done ON outbox (created_at) WHERE state IN ('sent', 'dropped');
CREATE INDEX outbox_delivered ON outbox (room, platform_id) WHERE platform_id IS NOT NULL;
CREATE INDEX outbox_of_ticket ON outbox (ticket) WHERE ticket IS NOT NULL;

CREATE TABLE entries (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
