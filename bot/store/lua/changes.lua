-- Tells what changed in the knowledge since a version: KEYS[1] the prefix of the first shard's keys, ARGV[1] the version.
-- The answer: the version now, then ids and bodies in turns; no body for what was removed.
local P = KEYS[1]
local now = redis.call('GET', P .. 'knowledge') or '0'
local found = { now }
if now == ARGV[1] then return found end
for _, id in ipairs(redis.call('ZRANGE', P .. 'entry-versions', '(' .. ARGV[1], '+inf', 'BYSCORE')) do
  found[#found + 1] = id
  found[#found + 1] = redis.call('HGET', P .. 'entries', id)
end
return found
