-- Forgets one step of what is not needed any more. ARGV: what (seen, asks, outbox, files, lessons, failures), the instant it must be older
-- than, how many to pass over, how many to look at. The answer: how many went, how many stayed, how many of those are old.
local what, before = ARGV[1], tonumber(ARGV[2])
local gone, stayed, old = 0, 0, 0

local function forget_message(key, message)
  local _, adapter, state, ticket, room, platform_id = unpack(message)
  call('HDEL', P .. 'outbox', key)
  call('ZREM', P .. 'outbox-in-order', key)
  if ticket then call('ZREM', P .. 'said:' .. ticket, key) end
  if platform_id then
    local field = room .. '\0' .. platform_id
    local known = call('HGET', P .. 'delivered', field)
    if known and cmsgpack.unpack(known)[3] == key then call('HDEL', P .. 'delivered', field) end
  end
end

local function forget_by_time(index, forget)
  local members = call('ZRANGE', P .. index, '-inf', '(' .. ARGV[2], 'BYSCORE', 'LIMIT', 0, ARGV[4])
  for _, member in ipairs(members) do
    call('ZREM', P .. index, member)
    forget(member)
  end
  return { #members, 0, 0 }
end

if what == 'seen' then
  return forget_by_time('seen', function() end)
elseif what == 'files' then
  return forget_by_time('files-by-time', function(digest) call('HDEL', P .. 'files', digest) end)
elseif what == 'failures' then
  return forget_by_time('failures-by-time', function(key) call('HDEL', P .. 'failures', key) end)
elseif what == 'lessons' then
  return forget_by_time('lessons-by-time', function(id)
    local kind = call('HGET', P .. 'lesson-kinds', id)
    call('ZREM', P .. 'lessons-of:' .. kind, id)
    call('HDEL', P .. 'lessons', id)
    call('HDEL', P .. 'lesson-kinds', id)
  end)
end

for _, key in ipairs(call('ZRANGE', P .. what .. '-in-order', ARGV[3], ARGV[3] + ARGV[4] - 1)) do
  local value = cmsgpack.unpack(call('HGET', P .. what, key))
  local is_old, is_done = value[7] < before, false
  if what == 'outbox' then
    is_done = value[3] == 'sent' or value[3] == 'dropped'
  else
    is_done = value[2] ~= '' or value[9] < before
  end
  if is_old and is_done and what == 'outbox' then
    forget_message(key, value)
    gone = gone + 1
  elseif is_old and is_done then
    unlist_ask(key, value)
    call('HDEL', P .. 'asks', key)
    call('ZREM', P .. 'asks-in-order', key)
    gone = gone + 1
  else
    stayed = stayed + 1
    if is_old then old = old + 1 end
  end
end
return { gone, stayed, old }
