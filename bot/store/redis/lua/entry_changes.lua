-- Tells what changed in the knowledge after a version, oldest first: KEYS[1] the prefix of the first shard's keys, ARGV[1] the version.
-- The answer: ids and their latest forms in turns.
local P = KEYS[1]
local found = {}
for _, id in ipairs(redis.call('ZRANGE', P .. 'entry-versions', '(' .. ARGV[1], '+inf', 'BYSCORE')) do
  found[#found + 1] = id
  found[#found + 1] = redis.call('LINDEX', P .. 'history:' .. id, -1)
end
return found
