-- What phrasings mean, as vectors of one model: worked out again where they are lost, so no backup carries them.
CREATE TABLE vectors (
    model TEXT NOT NULL,
    key TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (model, key)
) STRICT, WITHOUT ROWID;
