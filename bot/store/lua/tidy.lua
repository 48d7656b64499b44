-- Forgets one step of what is not needed any more: KEYS[1] the prefix of the shard's keys, ARGV what (seen, asks, done, lessons),
-- the instant it must be older than, how many to pass over, how many to look at. The answer: how many went, how many stayed.
local P, what, before = KEYS[1], ARGV[1], '(' .. ARGV[2]
local call = redis.call
local INDEX = { seen = 'seen', asks = 'asks-by-time', done = 'done', lessons = 'lessons-by-time' }
local members = call('ZRANGE', P .. INDEX[what], '-inf', before, 'BYSCORE', 'LIMIT', ARGV[3], ARGV[4])
local stayed = 0
for _, member in ipairs(members) do
  if what == 'seen' then
    call('ZREM', P .. 'seen', member)
  elseif what == 'lessons' then
    local kind = call('HGET', P .. 'lesson-kinds', member)
    call('ZREM', P .. 'lessons-of:' .. kind, member)
    call('ZREM', P .. 'lessons-by-time', member)
    call('HDEL', P .. 'lessons', member)
    call('HDEL', P .. 'lesson-kinds', member)
  elseif what == 'done' then
    local message = cmsgpack.unpack(call('HGET', P .. 'outbox', member))
    call('HDEL', P .. 'outbox', member)
    call('ZREM', P .. 'done', member)
    if message[4] then call('ZREM', P .. 'said:' .. message[4], member) end
    if message[6] then
      local field = message[5] .. '\0' .. message[6]
      local known = call('HGET', P .. 'delivered', field)
      if known and cmsgpack.unpack(known)[3] == member then call('HDEL', P .. 'delivered', field) end
    end
  else
    local ask = cmsgpack.unpack(call('HGET', P .. 'asks', member))
    local open = P .. 'open-asks:' .. ask[3] .. '\0' .. ask[4]
    local expires = call('ZSCORE', open, member)
    if ask[2] ~= '' or not expires or tonumber(expires) < tonumber(ARGV[2]) then
      call('HDEL', P .. 'asks', member)
      call('ZREM', P .. 'asks-by-time', member)
      call('ZREM', open, member)
      call('ZREM', P .. 'answers:' .. ask[3], member)
      if ask[6] ~= '' and call('HGET', P .. 'asked', ask[6]) == member then call('HDEL', P .. 'asked', ask[6]) end
    else
      stayed = stayed + 1
    end
  end
end
return { #members - stayed, stayed }
