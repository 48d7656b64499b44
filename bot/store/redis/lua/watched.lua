-- Lists open tickets by number, each with its deadline: KEYS[1] the prefix of the shard's keys, ARGV above which number, how many.
local P = KEYS[1]
local found = {}
for _, member in ipairs(redis.call('ZRANGE', P .. 'open', '(' .. ARGV[1], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[2])) do
  local number = string.format('%.0f', tonumber(member))
  found[#found + 1] = {
    redis.call('GET', P .. 't:' .. number), redis.call('ZSCORE', P .. 'due', string.format('%016.0f', tonumber(member))) or '',
  }
end
return found
