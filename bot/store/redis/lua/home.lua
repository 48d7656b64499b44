-- Notes in which shard a ticket lives, one byte a number, unless that is known: KEYS[1] the prefix of this stretch of numbers,
-- ARGV the place in it and the byte. The answer is the byte that stands there.
local key = KEYS[1] .. 'homes'
local known = redis.call('GETRANGE', key, ARGV[1], ARGV[1])
if known ~= '' and known ~= '\0' then return known end
redis.call('SETRANGE', key, ARGV[1], ARGV[2])
return ARGV[2]
