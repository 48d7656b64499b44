-- The history of knowledge: every form an entry has had, under the version of the knowledge from which on it had it.
CREATE TABLE entry_log (
    position INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT
) STRICT;

CREATE INDEX entry_log_of_version ON entry_log (version, position);
CREATE INDEX entry_log_of_entry ON entry_log (id);

CREATE TABLE entry_uses (
    id TEXT PRIMARY KEY,
    given INTEGER NOT NULL,
    helped INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    latest_at INTEGER
) STRICT;

-- `outcome` is empty while nobody has decided; what stands in `body` about it is the same.
CREATE TABLE lessons (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX lessons_open ON lessons (kind, at, id) WHERE outcome = '';
CREATE INDEX lessons_noted ON lessons (at);

INSERT INTO meta (key, value) SELECT 'knowledge', CASE WHEN EXISTS (SELECT 1 FROM entries) THEN '1' ELSE '0' END;
INSERT INTO entry_log (version, id, at, body) SELECT 1, id, 0, body FROM entries ORDER BY id;
