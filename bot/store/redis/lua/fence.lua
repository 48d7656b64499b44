-- Keeps earlier holders of an adapter's lease out of one shard, and puts everything that still waits there before the new one.
-- KEYS[1] the prefix of the shard's keys, ARGV the adapter and the number of the lease. The answer: the number that counts here.
local key = KEYS[1] .. 'fence:' .. ARGV[1]
local known = tonumber(redis.call('GET', key) or 0)
if tonumber(ARGV[2]) > known then
  redis.call('SET', key, ARGV[2])
  redis.call('ZUNIONSTORE', KEYS[1] .. 'news:' .. ARGV[1], 1, KEYS[1] .. 'waiting:' .. ARGV[1])
end
return { math.max(known, tonumber(ARGV[2])) }
