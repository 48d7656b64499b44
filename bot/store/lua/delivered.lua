-- Notes that messages of the outbox arrived, all or none. KEYS[1] is the prefix of the shard's keys; ARGV[1] the numbers of the leases
-- this worker has, by adapter, and the keys with the platform's ids.
local P = KEYS[1]
local call = redis.call
local asked = cmsgpack.unpack(ARGV[1])
local messages = {}
for index, note in ipairs(asked.notes) do
  local found = call('HGET', P .. 'outbox', note[1])
  if not found then return { 'UNKNOWN', note[1] } end
  local message = cmsgpack.unpack(found)
  local fence = asked.fences[message[2]]
  if fence and call('GET', P .. 'fence:' .. message[2]) ~= fence then return { 'FENCED', message[2] } end
  messages[index] = message
end
for index, note in ipairs(asked.notes) do
  local message, key = messages[index], note[1]
  call('ZREM', P .. 'waiting:' .. message[2], key)
  call('ZREM', P .. 'news:' .. message[2], key)
  call('ZREM', P .. 'dead', key)
  call('ZADD', P .. 'done', message[7], key)
  message[3], message[6] = 'sent', note[2]
  call('HSET', P .. 'outbox', key, cmsgpack.pack(message))
  call('HSET', P .. 'delivered', message[5] .. '\0' .. note[2], cmsgpack.pack({ message[1], message[4], key }))
end
return { 'OK' }
