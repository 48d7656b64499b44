-- Saves how far messages of the outbox have come, all or none. ARGV[1] has the messages.
-- Somebody who lost the lease of an adapter is refused (FENCED): whoever has it now knows better. asked.under is the lease of
-- whoever sends them, adapter and number; what is no message of that adapter any more is for somebody else to send (MOVED).
-- asked.of_dead: they are dead letters, each as unknown as this says; of two who decide one does it, and the answer has the keys of those
-- for which this is the one.
local asked = cmsgpack.unpack(ARGV[1])

local under = asked.under
if under and call('GET', P .. 'fence:' .. under[1]) ~= under[2] then return { 'FENCED', under[1] } end

local before = {}
for index, message in ipairs(asked.messages) do
  local found = call('HGET', P .. 'outbox', message[1])
  if not found then return { 'UNKNOWN', message[1] } end
  before[index] = cmsgpack.unpack(found)
  if under and before[index][2] ~= under[1] then return { 'MOVED', message[1] } end
end

local function is_decided(index)
  local old, of_dead = before[index], asked.of_dead
  if not of_dead then return false end
  return old[3] ~= 'dead' or (cjson.decode(old[8]).is_unknown or false) ~= of_dead[index]
end

local told, answer = {}, { 'OK' }
for index, message in ipairs(asked.messages) do
  if not is_decided(index) then
    local adapter, old = message[2], before[index]
    unlist_message(message[1], old[2])
    if place_message(message, old[1]) and not message[9] and not told[adapter] then
      call('PUBLISH', asked.channel, asked.worker .. ' outgoing ' .. adapter)
      told[adapter] = true
    end
    if asked.of_dead then answer[#answer + 1] = message[1] end
  end
end
return answer
