-- Lists tickets of an index, of one that lies in a box the number: KEYS[1] the prefix of the shard's keys, ARGV the index, `up` or `down`, the highest score, how many.
local P, index, direction, highest, limit = KEYS[1], KEYS[1] .. ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local members
if direction == 'up' then
  members = redis.call('ZRANGE', index, '-inf', highest, 'BYSCORE', 'LIMIT', 0, limit)
else
  members = redis.call('ZRANGE', index, highest, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, limit)
end
local found = {}
for place, member in ipairs(members) do
  local number = string.format('%.0f', tonumber(member))
  found[place] = redis.call('GET', P .. 't:' .. number) or number
end
return found
