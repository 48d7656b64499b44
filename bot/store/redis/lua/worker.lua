-- Notes that a worker lives and returns all that do, by the server's own time: KEYS[1] the prefix of the first shard's keys,
-- ARGV the worker and after how many milliseconds of silence one counts as gone; with 0 it says good-bye.
-- Without a worker it only tells.
local key = KEYS[1] .. 'workers'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] == '' then
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - ARGV[2])
elseif tonumber(ARGV[2]) == 0 then
  redis.call('ZREM', key, ARGV[1])
else
  redis.call('ZADD', key, now, ARGV[1])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - ARGV[2])
end
return redis.call('ZRANGE', key, 0, -1)
