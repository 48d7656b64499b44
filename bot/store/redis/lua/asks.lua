-- Lists questions by an index with the newest first: KEYS[1] the prefix of the shard's keys, ARGV the index and the lowest score.
local P = KEYS[1]
local found = {}
for place, id in ipairs(redis.call('ZRANGE', P .. ARGV[1], ARGV[2], '+inf', 'BYSCORE')) do
  found[place] = redis.call('HGET', P .. 'asks', id)
end
table.sort(found, function(one, other)
  local a, b = cmsgpack.unpack(one), cmsgpack.unpack(other)
  if a[7] ~= b[7] then return a[7] > b[7] end
  return a[1] > b[1]
end)
return found
