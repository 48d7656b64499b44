-- How things lie in a shard; stands before every script that writes them. KEYS[1] is the prefix of the shard's keys.
local P = KEYS[1]
local call = redis.call
local WAITS = { queued = true, held = true, sending = true }

local function version_of(number)
  local head = call('GETRANGE', P .. 't:' .. number, 0, 15)
  return tonumber(string.match(head, '^(%d+)\n') or 0)
end

-- A ticket is `t:NUMBER`: its version, a line end, its body. One that has been closed for long lies in `box:` instead (box.lua).
local function place_ticket(ticket)
  local number, expected, version, room, is_open, account, subject, due, surveyed, body, _, member, closed = unpack(ticket)
  call('SET', P .. 't:' .. number, version .. '\n' .. body)
  if expected == 0 then
    call('ZADD', P .. 'all', number, number)
    call('ZADD', P .. 'account:' .. account, number, number)
    if subject then call('ZADD', P .. 'about:' .. subject, number, number) end
  end
  if is_open then
    call('ZADD', P .. 'open', number, number)
    call('ZADD', P .. 'room:' .. room, number, number)
  else
    call('ZREM', P .. 'open', number)
    call('ZREM', P .. 'room:' .. room, number)
  end
  if closed then
    call('ZADD', P .. 'closed', closed, number)
    call('ZADD', P .. 'ended', closed, number) -- also of those in boxes
  elseif expected > 0 then
    call('ZREM', P .. 'closed', number)
    call('ZREM', P .. 'ended', number)
  end
  if due then call('ZADD', P .. 'due', due, member) else call('ZREM', P .. 'due', member) end
  if surveyed then
    call('HSET', P .. 'surveys', number, string.format('%.0f', surveyed))
    local before = tonumber(call('HGET', P .. 'surveyed', account) or 0)
    if surveyed > before then call('HSET', P .. 'surveyed', account, string.format('%.0f', surveyed)) end
  end
end

local function next_position()
  local time = call('TIME')
  local position = time[1] * 1000000 + time[2]
  local last = tonumber(call('GET', P .. 'position') or 0)
  if position <= last then position = last + 1 end
  call('SET', P .. 'position', string.format('%.0f', position))
  return position
end

-- A message of the outbox is kept as [position, adapter, state, ticket, room, platform id, created at, body]. One that waits is also
-- news to whoever sends for its adapter, unless it comes from there. The answer says whether it waits.
local function place_message(message, position)
  local key, adapter, state, ticket, room, platform_id, created, body, is_here = unpack(message)
  call('HSET', P .. 'outbox', key, cmsgpack.pack({ position, adapter, state, ticket, room, platform_id, created, body }))
  call('ZADD', P .. 'outbox-in-order', position, key)
  if WAITS[state] then
    call('ZADD', P .. 'waiting:' .. adapter, position, key)
    if not is_here then call('ZADD', P .. 'news:' .. adapter, position, key) end
  elseif state == 'dead' then
    call('ZADD', P .. 'dead', position, key)
  end
  if ticket then call('ZADD', P .. 'said:' .. ticket, position, key) end
  if platform_id then
    local field = room .. '\0' .. platform_id
    local known = call('HGET', P .. 'delivered', field)
    if not known or cmsgpack.unpack(known)[1] <= position then
      call('HSET', P .. 'delivered', field, cmsgpack.pack({ position, ticket, key }))
    end
  end
  return WAITS[state]
end

-- Take a message out of the lists of its state.
local function unlist_message(key, adapter)
  call('ZREM', P .. 'waiting:' .. adapter, key)
  call('ZREM', P .. 'news:' .. adapter, key)
  call('ZREM', P .. 'dead', key)
end

-- A question is kept as [position, outcome, room, person, is an answer, outgoing, asked at, body, expires at].
local function unlist_ask(id, ask)
  call('ZREM', P .. 'open-asks:' .. ask[3] .. '\0' .. ask[4], id)
  call('ZREM', P .. 'answers:' .. ask[3], id)
  if ask[6] ~= '' and call('HGET', P .. 'asked', ask[6]) == id then call('HDEL', P .. 'asked', ask[6]) end
end

local function place_ask(ask)
  local id, room, person, is_answer, outgoing, asked, expires, outcome, body = unpack(ask)
  local found = call('HGET', P .. 'asks', id)
  local position
  if found then
    local before = cmsgpack.unpack(found)
    unlist_ask(id, before)
    position = before[1]
  else
    position = call('INCR', P .. 'ask-position')
  end
  local kept = { position, outcome, room, person, is_answer, outgoing, asked, body, expires }
  call('HSET', P .. 'asks', id, cmsgpack.pack(kept))
  call('ZADD', P .. 'asks-in-order', position, id)
  if outcome == '' then call('ZADD', P .. 'open-asks:' .. room .. '\0' .. person, expires, id) end
  if is_answer then call('ZADD', P .. 'answers:' .. room, asked, id) end
  if outgoing ~= '' then call('HSET', P .. 'asked', outgoing, id) end
end

local function close_ask(id, outcome)
  local found = call('HGET', P .. 'asks', id)
  if not found then return end
  local ask = cmsgpack.unpack(found)
  ask[2] = outcome
  call('HSET', P .. 'asks', id, cmsgpack.pack(ask))
  if outcome ~= '' then call('ZREM', P .. 'open-asks:' .. ask[3] .. '\0' .. ask[4], id) end
end

-- Links stand in one ordered set, as `room 0 message 0 value`, so that they can be read through in order.
local function place_link(field, value)
  for _, old in ipairs(call('ZRANGE', P .. 'links', '[' .. field .. '\0', '(' .. field .. '\1', 'BYLEX')) do
    call('ZREM', P .. 'links', old)
  end
  call('ZADD', P .. 'links', 0, field .. '\0' .. value)
end

local function place_lesson(lesson)
  local id, kind, at, outcome, body = unpack(lesson)
  local before = call('HGET', P .. 'lesson-kinds', id)
  if before then call('ZREM', P .. 'lessons-of:' .. before, id) end
  call('HSET', P .. 'lessons', id, body)
  call('HSET', P .. 'lesson-kinds', id, kind)
  call('ZADD', P .. 'lessons-by-time', at, id)
  if outcome == '' then call('ZADD', P .. 'lessons-of:' .. kind, at, id) end
end
