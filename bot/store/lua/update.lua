-- Saves how far messages of the outbox have come, all or none. KEYS[1] is the prefix of the shard's keys, ARGV[1] the messages.
-- Somebody who lost the lease of an adapter is refused (FENCED): whoever has it now knows better.
local P = KEYS[1]
local call = redis.call
local asked = cmsgpack.unpack(ARGV[1])
local WAITS = { queued = true, held = true, sending = true }

local before = {}
for index, message in ipairs(asked.messages) do
  local found = call('HGET', P .. 'outbox', message[1])
  if not found then return { 'UNKNOWN', message[1] } end
  before[index] = cmsgpack.unpack(found)
  message[10] = message[9] and call('GET', P .. 'fence:' .. message[2]) == message[9]
  if message[9] and not message[10] and before[index][2] == message[2] then return { 'FENCED', message[2] } end
end

local told = {}
for index, message in ipairs(asked.messages) do
  local key, adapter, state, ticket, room, platform_id, created, body, fence, is_here = unpack(message)
  local old = before[index]
  local position = old[1]
  if WAITS[old[3]] and (not WAITS[state] or old[2] ~= adapter) then
    call('ZREM', P .. 'waiting:' .. old[2], key)
    call('ZREM', P .. 'news:' .. old[2], key)
  elseif old[3] == 'dead' and state ~= 'dead' then
    call('ZREM', P .. 'dead', key)
  elseif (old[3] == 'sent' or old[3] == 'dropped') and state ~= 'sent' and state ~= 'dropped' then
    call('ZREM', P .. 'done', key)
  end
  if WAITS[state] then
    call('ZADD', P .. 'waiting:' .. adapter, position, key)
    if not is_here then
      call('ZADD', P .. 'news:' .. adapter, position, key)
      if not told[adapter] then call('PUBLISH', asked.channel, asked.worker .. ' outgoing ' .. adapter) end
      told[adapter] = true
    end
  elseif state == 'dead' then
    call('ZADD', P .. 'dead', position, key)
  else
    call('ZADD', P .. 'done', created, key)
  end
  if platform_id then
    local field = room .. '\0' .. platform_id
    local known = call('HGET', P .. 'delivered', field)
    if not known or cmsgpack.unpack(known)[1] <= position then
      call('HSET', P .. 'delivered', field, cmsgpack.pack({ position, ticket, key }))
    end
  end
  call('HSET', P .. 'outbox', key, cmsgpack.pack({ position, adapter, state, ticket, room, platform_id, created, body }))
end
return { 'OK' }
