-- Gives what is new in the outbox of an adapter to the holder of its lease: KEYS[1] the prefix of the shard's keys,
-- ARGV the adapter, the number of the lease, how many, and the keys that have been taken and are news no more.
local news = KEYS[1] .. 'news:' .. ARGV[1]
if redis.call('GET', KEYS[1] .. 'fence:' .. ARGV[1]) ~= ARGV[2] then return { 'FENCED' } end
for index = 4, #ARGV do redis.call('ZREM', news, ARGV[index]) end
local found = {}
for place, key in ipairs(redis.call('ZRANGE', news, 0, ARGV[3] - 1)) do
  found[place] = redis.call('HGET', KEYS[1] .. 'outbox', key)
end
return { 'OK', found }
