-- Gives a number nobody else was given: KEYS[1] the prefix of the first shard's keys, ARGV[1] the lowest.
-- With ARGV[2] it only notes that numbers up to there are taken.
local key = KEYS[1] .. 'number'
local last = tonumber(redis.call('GET', key) or 0)
if ARGV[2] then
  if tonumber(ARGV[2]) > last then redis.call('SET', key, ARGV[2]) end
  return last
end
local number = math.max(last + 1, tonumber(ARGV[1]))
redis.call('SET', key, string.format('%.0f', number))
return number
