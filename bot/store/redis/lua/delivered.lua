-- Notes that messages of the outbox arrived, all or none. ARGV[1] has the numbers of the leases
-- this worker has, by adapter, and the keys with the platform's ids.
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
  local position, adapter, _, ticket, room, _, created, body = unpack(message)
  unlist_message(key, adapter)
  place_message({ key, adapter, 'sent', ticket, room, note[2], created, body }, position)
end
return { 'OK' }
