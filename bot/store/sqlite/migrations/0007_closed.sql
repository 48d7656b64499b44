-- Finds what was closed in a span however long ago it was opened. Instants are in UTC in a body, and sort by their first 19 letters.
CREATE INDEX tickets_closed ON tickets (substr(json_extract(body, '$.closed_at'), 1, 19)) WHERE status = 'closed';
