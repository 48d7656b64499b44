-- Takes, keeps or gives back a lease by the server's own time: KEYS[1] the prefix of the first shard's keys,
-- ARGV `take` or `release`, the name, the worker, milliseconds, where to tell of a release, and for `take` the highest number that another
-- shard has seen: this server may have been put back behind it. The answer: a number that grows with every new holder, or 0 and who has it.
local key, counter = KEYS[1] .. 'lease:' .. ARGV[2], KEYS[1] .. 'leases'
local held = redis.call('GET', key)
local token, holder
if held then token, holder = string.match(held, '^(%d+) (.*)$') end
if ARGV[1] == 'release' then
  if holder == ARGV[3] then
    redis.call('DEL', key)
    redis.call('PUBLISH', ARGV[5], ARGV[3] .. ' lease ' .. ARGV[2])
  end
  return { 0, '' }
end
if held and holder ~= ARGV[3] then return { 0, holder } end
local seen = tonumber(ARGV[6])
if not held or tonumber(token) < seen then
  token = math.max(redis.call('HINCRBY', counter, ARGV[2], 1), seen + 1)
  redis.call('HSET', counter, ARGV[2], token)
end
redis.call('SET', key, token .. ' ' .. ARGV[3], 'PX', ARGV[4])
return { tonumber(token), ARGV[3] }
