-- Lists due tickets, each after its deadline: KEYS[1] the prefix of the shard's keys, ARGV due at or before, how many.
local P = KEYS[1]
local rows = redis.call('ZRANGE', P .. 'due', '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2], 'WITHSCORES')
local found = {}
for index = 1, #rows, 2 do
  found[#found + 1] = rows[index + 1] .. ' ' .. redis.call('GET', P .. 't:' .. string.format('%.0f', tonumber(rows[index])))
end
return found
