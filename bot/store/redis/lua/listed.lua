-- Lists values of a hash by an index: KEYS[1] the prefix of the shard's keys, ARGV the index, the hash, `up` or `down`,
-- the lowest and the highest score, how many.
local index, hash, direction, lowest, highest, limit = KEYS[1] .. ARGV[1], KEYS[1] .. ARGV[2], unpack(ARGV, 3)
local members
if direction == 'up' then
  members = redis.call('ZRANGE', index, lowest, highest, 'BYSCORE', 'LIMIT', 0, limit)
else
  members = redis.call('ZRANGE', index, highest, lowest, 'BYSCORE', 'REV', 'LIMIT', 0, limit)
end
local found = {}
for place, member in ipairs(members) do found[place] = redis.call('HGET', hash, member) end
return found
