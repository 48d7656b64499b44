-- Every statement of the SQLite store. A line `-- name --` begins one; the sentence under it says what it is for.
-- Bodies come in and go out as bytes: CAST only changes how SQLite calls them, not what they are.

-- remember_seen --
-- Note that a message was handled; changes nothing when it was before.
INSERT INTO seen (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING

-- is_seen --
-- Find out whether a message was handled.
SELECT 1 FROM seen WHERE key = ?

-- forget_seen --
-- Remove one step of messages handled before an instant.
DELETE FROM seen WHERE key IN (SELECT key FROM seen WHERE at < ? ORDER BY at LIMIT ?)

-- add_ticket --
-- Save a new ticket; changes nothing when the number is taken.
INSERT INTO tickets (version, head, status, room, account, subject, next_due_at, surveyed_at, body, number)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)
ON CONFLICT DO NOTHING

-- save_ticket --
-- Save a ticket if nobody else did since; being asked for a rating is never forgotten, and a ticket stays where it was opened.
UPDATE tickets
SET version = saved.column1, head = saved.column2, status = saved.column3, next_due_at = saved.column7,
    surveyed_at = coalesce(saved.column8, surveyed_at), body = CAST(saved.column9 AS TEXT)
FROM (VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) AS saved
WHERE tickets.number = saved.column10 AND tickets.version = saved.column11

-- add_record --
-- Append to the archive of a ticket.
INSERT INTO records (number, seq, at, body, hash) VALUES (?, ?, ?, CAST(? AS TEXT), ?)

-- records --
-- Read the archive of a ticket.
SELECT CAST(body AS BLOB), hash FROM records WHERE number = ? ORDER BY seq

-- ticket --
-- Read one ticket.
SELECT CAST(body AS BLOB) FROM tickets WHERE number = ?

-- highest_number --
-- Find the highest ticket number in use.
SELECT max(number) FROM tickets

-- open_tickets --
-- List what is not closed.
SELECT CAST(body AS BLOB) FROM tickets WHERE status <> 'closed' ORDER BY number LIMIT ?

-- watched --
-- List what is not closed above a number, with when to look at it.
SELECT CAST(body AS BLOB), next_due_at FROM tickets WHERE status <> 'closed' AND number > ? ORDER BY number LIMIT ?

-- open_tickets_of_room --
-- List what is not closed of one room.
SELECT CAST(body AS BLOB) FROM tickets WHERE status <> 'closed' AND room = ? ORDER BY number LIMIT ?

-- tickets_of_account --
-- List the tickets one requester opened, newest first.
SELECT CAST(body AS BLOB) FROM tickets WHERE account = ? ORDER BY number DESC LIMIT ?

-- tickets_about --
-- List the tickets whose subject is another ticket.
SELECT CAST(body AS BLOB) FROM tickets WHERE subject = ? ORDER BY number

-- recent_tickets --
-- List tickets below a number, highest first.
SELECT CAST(body AS BLOB) FROM tickets WHERE number < ? ORDER BY number DESC LIMIT ?

-- closed_since --
-- List the numbers of tickets closed since a second, and when.
SELECT number, json_extract(body, '$.closed_at') FROM tickets
WHERE status = 'closed' AND substr(json_extract(body, '$.closed_at'), 1, 19) >= ?

-- due_tickets --
-- List tickets to look at by an instant, but for some, earliest first.
SELECT CAST(body AS BLOB), next_due_at FROM tickets
WHERE next_due_at <= ?
    AND (number, next_due_at) NOT IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))
ORDER BY next_due_at, number LIMIT ?

-- next_due_at --
-- Find when to look at a ticket next.
SELECT min(next_due_at) FROM tickets WHERE next_due_at IS NOT NULL

-- due_at --
-- Find when to look at one ticket.
SELECT next_due_at FROM tickets WHERE number = ?

-- surveyed_at --
-- Find when a requester was last asked for a rating.
SELECT max(surveyed_at) FROM tickets WHERE account = ? AND surveyed_at IS NOT NULL

-- put_ask --
-- Save a question; one with the same id is replaced in its place, before the same person.
INSERT INTO asks (room, person, kind, outgoing, asked_at, expires_at, outcome, body, id)
VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)
ON CONFLICT (id) DO UPDATE
SET kind = excluded.kind, outgoing = excluded.outgoing, asked_at = excluded.asked_at,
    expires_at = excluded.expires_at, outcome = excluded.outcome, body = excluded.body

-- close_ask --
-- Note what came of a question.
UPDATE asks SET outcome = ? WHERE id = ?

-- open_asks --
-- List the questions a person may answer in a room, newest first.
SELECT CAST(body AS BLOB), outcome FROM asks
WHERE outcome = '' AND room = ? AND person = ? AND expires_at > ?
ORDER BY asked_at DESC, position DESC

-- askers --
-- List who has an open question, and until when.
SELECT room, person, MAX(expires_at) FROM asks WHERE outcome = '' GROUP BY room, person

-- ask_of_outgoing --
-- Read the question that a message asked.
SELECT CAST(body AS BLOB), outcome FROM asks WHERE outgoing = ? AND outgoing <> '' ORDER BY position DESC LIMIT 1

-- answers_since --
-- List the answers given in a room from an instant on, newest first.
SELECT CAST(body AS BLOB), outcome FROM asks
WHERE kind = 'Answered' AND room = ? AND asked_at >= ?
ORDER BY asked_at DESC, position DESC

-- forget_asks --
-- Remove one step of questions that were asked before an instant and are closed or had expired by then.
DELETE FROM asks WHERE position IN (
    SELECT position FROM asks WHERE asked_at < ?1 AND (outcome <> '' OR expires_at < ?1) ORDER BY asked_at LIMIT ?2
)

-- put_link --
-- Note what a message of a platform belongs to.
INSERT INTO links (room, message, ticket, outgoing) VALUES (?, ?, ?, ?)
ON CONFLICT (room, message) DO UPDATE SET ticket = excluded.ticket, outgoing = excluded.outgoing

-- link --
-- Read what a message of a platform belongs to.
SELECT ticket, outgoing FROM links WHERE room = ? AND message = ?

-- delivered_link --
-- Read what a delivered message of the bot belongs to; the latest one when it was edited.
SELECT ticket, key FROM outbox WHERE room = ? AND platform_id = ? ORDER BY position DESC LIMIT 1

-- add_outgoing --
-- Put a message at the end of the outbox.
INSERT INTO outbox (adapter, room, state, ticket, created_at, platform_id, body, key)
VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)

-- save_outgoing --
-- Save how far a message of the outbox has come.
UPDATE outbox
SET adapter = ?, room = ?, state = ?, ticket = ?, created_at = ?, platform_id = ?, body = CAST(? AS TEXT)
WHERE key = ?

-- save_dead --
-- Save what becomes of a dead letter, unless somebody else has decided about it.
UPDATE outbox
SET adapter = ?, room = ?, state = ?, ticket = ?, created_at = ?, platform_id = ?, body = CAST(? AS TEXT)
WHERE key = ? AND state = 'dead' AND coalesce(json_extract(body, '$.is_unknown'), FALSE) = ?

-- keep --
-- Remember something under a name.
INSERT INTO kept (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- forget_kept --
-- Forget what is remembered under a name.
DELETE FROM kept WHERE key = ?

-- kept --
-- List what is remembered under names between two, in order.
SELECT key, value FROM kept WHERE key >= ? AND key < ? ORDER BY key

-- note_delivered --
-- Note that a message of the outbox arrived.
UPDATE outbox SET state = 'sent', platform_id = delivered.column2
FROM (VALUES (?, ?)) AS delivered WHERE outbox.key = delivered.column1

-- waiting --
-- List what one adapter still has to deliver, in the order of commits.
SELECT CAST(body AS BLOB), position, state, platform_id FROM outbox
WHERE adapter = ? AND state IN ('queued', 'held', 'sending')
ORDER BY position LIMIT ?

-- outgoing --
-- Read one message of the outbox.
SELECT CAST(body AS BLOB), position, state, platform_id FROM outbox WHERE key = ?

-- dead_letters --
-- List messages that were given up, newest first.
SELECT CAST(body AS BLOB), position, state, platform_id FROM outbox WHERE state = 'dead' ORDER BY position DESC LIMIT ?

-- said_about --
-- List the messages of a ticket in the order of commits.
SELECT CAST(body AS BLOB), position, state, platform_id FROM outbox WHERE ticket = ? ORDER BY position

-- forget_outgoing --
-- Remove one step of messages that were created before an instant and are delivered or dropped.
DELETE FROM outbox WHERE position IN (
    SELECT position FROM outbox WHERE state IN ('sent', 'dropped') AND created_at < ? ORDER BY created_at LIMIT ?
)

-- put_entry --
-- Save a knowledge entry in place of the one with the same id.
INSERT INTO entries (id, body) VALUES (?, CAST(? AS TEXT)) ON CONFLICT (id) DO UPDATE SET body = excluded.body

-- remove_entry --
-- Remove a knowledge entry.
DELETE FROM entries WHERE id = ?

-- entries --
-- Read the knowledge base.
SELECT CAST(body AS BLOB) FROM entries ORDER BY id

-- put_file --
-- Keep the content of a file; the same content is kept once, and its time begins anew.
INSERT INTO files (digest, at, content) VALUES (?, ?, ?) ON CONFLICT (digest) DO UPDATE SET at = excluded.at

-- file --
-- Read the content of a file.
SELECT content FROM files WHERE digest = ?

-- forget_files --
-- Remove one step of files that have been kept since before an instant.
DELETE FROM files WHERE digest IN (SELECT digest FROM files WHERE at < ? ORDER BY at LIMIT ?)

-- export_files --
-- List files by digest.
SELECT digest, at, content FROM files WHERE digest > ? ORDER BY digest LIMIT ?

-- put_failure --
-- Keep what the program failed at in place of what is known under the same key.
INSERT INTO failures (key, at, body) VALUES (?, ?, CAST(? AS TEXT))
ON CONFLICT (key) DO UPDATE SET at = excluded.at, body = excluded.body

-- failures --
-- List what the program failed at, newest first.
SELECT CAST(body AS BLOB) FROM failures ORDER BY at DESC, key DESC LIMIT ?

-- forget_failure --
-- Let go of a failure.
DELETE FROM failures WHERE key = ?

-- forget_failures --
-- Remove one step of failures from before an instant.
DELETE FROM failures WHERE key IN (SELECT key FROM failures WHERE at < ? ORDER BY at LIMIT ?)

-- export_seen --
-- Read a page of handled messages.
SELECT key, at FROM seen WHERE key > ? ORDER BY key LIMIT ?

-- export_kept --
-- Read a page of what is remembered, but for what a copy remembers about itself.
SELECT key, value FROM kept WHERE key > ? AND key NOT GLOB 'copying:*' ORDER BY key LIMIT ?

-- export_entries --
-- Read a page of the entries there are or were.
SELECT id, (SELECT CAST(entries.body AS BLOB) FROM entries WHERE entries.id = entry_log.id)
FROM entry_log WHERE id > ? GROUP BY id ORDER BY id LIMIT ?

-- export_entry_log --
-- Read the history of a page of entries.
SELECT version, id, at, CAST(body AS BLOB) FROM entry_log WHERE id BETWEEN ? AND ? ORDER BY id, position

-- export_uses --
-- Read a page of how entries are used.
SELECT id, given, helped, failed, latest_at FROM entry_uses WHERE id > ? ORDER BY id LIMIT ?

-- export_lessons --
-- Read a page of what there is or was to learn.
SELECT id, CAST(body AS BLOB) FROM lessons WHERE id > ? ORDER BY id LIMIT ?

-- export_asks --
-- Read a page of questions in the order in which they were asked.
SELECT position, CAST(body AS BLOB), outcome FROM asks WHERE position > ? ORDER BY position LIMIT ?

-- export_links --
-- Read a page of what messages belong to.
SELECT room, message, ticket, outgoing FROM links WHERE (room, message) > (?, ?) ORDER BY room, message LIMIT ?

-- export_outbox --
-- Read a page of the outbox in the order of commits.
SELECT CAST(body AS BLOB), position, state, platform_id FROM outbox WHERE position > ? ORDER BY position LIMIT ?

-- export_failures --
-- Read a page of what the program failed at.
SELECT key, CAST(body AS BLOB) FROM failures WHERE key > ? ORDER BY key LIMIT ?

-- export_tickets --
-- Read a page of tickets.
SELECT number, CAST(body AS BLOB), next_due_at, surveyed_at FROM tickets WHERE number > ? ORDER BY number LIMIT ?

-- export_records --
-- Read the archives of a page of tickets.
SELECT number, body, hash FROM records WHERE number BETWEEN ? AND ? ORDER BY number, seq

-- put_seen --
-- Save a handled message as it was.
INSERT INTO seen (key, at) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at

-- put_outgoing --
-- Save a message of the outbox as it was; one of the same key is replaced in its place.
INSERT INTO outbox (adapter, room, state, ticket, created_at, platform_id, body, key)
VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)
ON CONFLICT (key) DO UPDATE
SET adapter = excluded.adapter, room = excluded.room, state = excluded.state, ticket = excluded.ticket,
    created_at = excluded.created_at, platform_id = excluded.platform_id, body = excluded.body

-- forget_entry_log --
-- Make room for the history of an entry that is put back whole.
DELETE FROM entry_log WHERE id = ?

-- put_entry_change --
-- Save one form of an entry as it was.
INSERT INTO entry_log (version, id, at, body) VALUES (?, ?, ?, CAST(? AS TEXT))

-- raise_knowledge --
-- Bring the version of the knowledge up to that of a change.
UPDATE meta SET value = CAST(max(CAST(value AS INTEGER), ?) AS TEXT) WHERE key = 'knowledge'

-- put_uses --
-- Save how an entry is used as it was.
INSERT INTO entry_uses (id, given, helped, failed, latest_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE
SET given = excluded.given, helped = excluded.helped, failed = excluded.failed, latest_at = excluded.latest_at

-- put_ticket --
-- Save a ticket as it was.
INSERT INTO tickets (version, head, status, room, account, subject, next_due_at, surveyed_at, body, number)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)
ON CONFLICT (number) DO UPDATE
SET version = excluded.version, head = excluded.head, status = excluded.status, room = excluded.room,
    account = excluded.account, subject = excluded.subject, next_due_at = excluded.next_due_at,
    surveyed_at = excluded.surveyed_at, body = excluded.body

-- forget_records --
-- Make room for an archive that is put back whole.
DELETE FROM records WHERE number = ?

-- next_knowledge --
-- Begin a new version of the knowledge.
UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'knowledge'

-- next_knowledge_after --
-- Begin a new version of the knowledge, if it still has the one that is expected.
UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'knowledge' AND CAST(value AS INTEGER) = ?

-- knowledge_version --
-- Find the version of the knowledge.
SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'knowledge'

-- log_entry --
-- Keep a form of an entry in the history, under the version that has just begun.
INSERT INTO entry_log (version, id, at, body)
VALUES ((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'knowledge'), ?, ?, CAST(? AS TEXT))

-- log_removal --
-- Keep the end of an entry in the history; nothing happens when there is no such entry.
INSERT INTO entry_log (version, id, at)
SELECT (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'knowledge'), id, ? FROM entries WHERE id = ?

-- entry_changes --
-- List what changed after a version, oldest first.
SELECT version, id, at, CAST(body AS BLOB) FROM entry_log WHERE version > ? ORDER BY version, position

-- entry_history --
-- List the forms an entry has had, oldest first.
SELECT version, id, at, CAST(body AS BLOB) FROM entry_log WHERE id = ? ORDER BY position

-- add_uses --
-- Count that an entry was used.
INSERT INTO entry_uses (id, given, helped, failed, latest_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE
SET given = given + excluded.given, helped = helped + excluded.helped, failed = failed + excluded.failed,
    latest_at = max(coalesce(latest_at, excluded.latest_at), coalesce(excluded.latest_at, latest_at))

-- uses --
-- Read how often entries were used.
SELECT id, given, helped, failed, latest_at FROM entry_uses ORDER BY id

-- put_lesson --
-- Save a lesson in place of the one with the same id.
INSERT INTO lessons (id, kind, at, outcome, body) VALUES (?, ?, ?, ?, CAST(? AS TEXT))
ON CONFLICT (id) DO UPDATE
SET kind = excluded.kind, at = excluded.at, outcome = excluded.outcome, body = excluded.body

-- lesson --
-- Read one lesson.
SELECT CAST(body AS BLOB) FROM lessons WHERE id = ?

-- open_lessons --
-- List what nobody has decided about yet, oldest first.
SELECT CAST(body AS BLOB) FROM lessons WHERE outcome = '' AND kind = ? AND at >= ? ORDER BY at, id

-- forget_lessons --
-- Remove one step of lessons that were noted before an instant.
DELETE FROM lessons WHERE id IN (SELECT id FROM lessons WHERE at < ? ORDER BY at LIMIT ?)

-- vectors --
-- Read what is kept of one model under some keys, given as a JSON list.
SELECT key, body FROM vectors WHERE model = ? AND key IN (SELECT value FROM json_each(?))

-- keep_vector --
-- Keep one vector.
INSERT INTO vectors (model, key, body) VALUES (?, ?, ?)
ON CONFLICT (model, key) DO UPDATE SET body = excluded.body

-- forget_vectors --
-- Forget the vectors of every other model.
DELETE FROM vectors WHERE model < ? OR model > ?

-- try_to_save --
-- Find out whether a disk takes something again: a quarter of a megabyte, for a few bytes may find room where a message does not.
INSERT INTO meta (key, value) VALUES ('tried', hex(zeroblob(131072))) ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- forget_the_try --
-- Remove what was written to find that out.
DELETE FROM meta WHERE key = 'tried'
