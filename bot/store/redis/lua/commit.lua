-- Saves one part of a change: everything of it that lives in one shard. KEYS[1] is the prefix of the shard's keys.
-- ARGV[1] is what to do:
--   commit   check and write at once; ARGV[2] the part
--   prepare  check, lock and keep the part until `apply` or `abort`; ARGV[2] the part, ARGV[3] the shard that decides
--   apply    write what was prepared under the id ARGV[2]; abort forgets it
--   resolve  say whether the change ARGV[2] was decided here; one that was not never will be
-- The answer is an array that begins with OK, SEEN, CONFLICT, QUEUED, FENCED, LOCKED, ABORTED or COMMITTED.

local REMEMBERED = 300000 -- milliseconds an id is known, so that a commit sent again after a cut reply is not made twice
local DECIDED = 86400000

local function locked(field)
  local found = call('HGET', P .. 'locks', field)
  if found then
    local lock = cmsgpack.unpack(found)
    local time = call('TIME')
    return { 'LOCKED', lock[1], lock[2], time[1] * 1000 - lock[3] }
  end
end

local function check(part)
  local has_locks = call('EXISTS', P .. 'locks') == 1
  if part.seen then
    if has_locks then
      local lock = locked('s' .. part.seen)
      if lock then return lock end
    end
    if call('ZSCORE', P .. 'seen', part.seen) then return { 'SEEN' } end
  end
  local versions = {}
  for _, ticket in ipairs(part.tickets) do
    local number = ticket[1]
    if has_locks then
      local lock = locked('t' .. number)
      if lock then return lock end
    end
    if (versions[number] or version_of(number)) ~= ticket[2] then return { 'CONFLICT', number } end
    versions[number] = ticket[3]
  end
  local keys = {}
  for _, message in ipairs(part.outgoing) do
    if keys[message[1]] or call('HEXISTS', P .. 'outbox', message[1]) == 1 then return { 'QUEUED', message[1] } end
    keys[message[1]] = true
    if message[9] and call('GET', P .. 'fence:' .. message[2]) ~= message[9] then return { 'FENCED', message[2] } end
  end
end

local function save_tickets(part)
  local first = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')[2]
  for _, ticket in ipairs(part.tickets) do
    if ticket[2] > 0 then call('ZREM', P .. 'claims', ticket[12]) end
    place_ticket(ticket)
    if #ticket[11] > 0 then call('RPUSH', P .. 'r:' .. ticket[1], unpack(ticket[11])) end
  end
  if #part.tickets > 0 then
    local now_first = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')[2]
    if now_first and (not first or tonumber(now_first) < tonumber(first)) then
      call('PUBLISH', part.channel, part.worker .. ' due ' .. now_first)
    end
  end
end

local function queue(part)
  local told = {}
  for _, message in ipairs(part.outgoing) do
    local adapter = message[2]
    if place_message(message, next_position()) and not message[9] and not told[adapter] then
      call('PUBLISH', part.channel, part.worker .. ' outgoing ' .. adapter)
      told[adapter] = true
    end
  end
end

local function write(part)
  if part.seen then call('ZADD', P .. 'seen', part.at, part.seen) end
  save_tickets(part)
  queue(part)
  for _, one in ipairs(part.asks) do place_ask(one) end
  for _, closed in ipairs(part.closed) do close_ask(closed[1], closed[2]) end
  for _, link in ipairs(part.links) do place_link(link[1], link[2]) end
  for _, kept in ipairs(part.kept) do
    if kept[2] == '' then call('HDEL', P .. 'kept', kept[1]) else call('HSET', P .. 'kept', kept[1], kept[2]) end
  end
end

local function remember(id, length) call('SET', P .. 'c:' .. id, '1', 'PX', length) end

local function unlock(part)
  if part.seen then call('HDEL', P .. 'locks', 's' .. part.seen) end
  for _, ticket in ipairs(part.tickets) do call('HDEL', P .. 'locks', 't' .. ticket[1]) end
end

local mode = ARGV[1]

if mode == 'commit' then
  local part = cmsgpack.unpack(ARGV[2])
  local id = part.id
  -- The time is set anew so that something is written: WAIT waits for what this connection has written.
  if call('PEXPIRE', P .. 'c:' .. id, part.is_shared and DECIDED or REMEMBERED) == 1 then return { 'OK' } end
  if part.is_shared and call('EXISTS', P .. 'x:' .. id) == 1 then return { 'ABORTED' } end
  local refused = check(part)
  if refused then return refused end
  write(part)
  remember(id, part.is_shared and DECIDED or REMEMBERED)
  return { 'OK' }
elseif mode == 'prepare' then
  local part = cmsgpack.unpack(ARGV[2])
  local id = part.id
  if call('EXISTS', P .. 'c:' .. id, P .. 'p:' .. id) > 0 then return { 'OK' } end
  if call('EXISTS', P .. 'x:' .. id) == 1 then return { 'ABORTED' } end
  local refused = check(part)
  if refused then return refused end
  local lock = cmsgpack.pack({ id, ARGV[3], call('TIME')[1] * 1000 })
  if part.seen then call('HSET', P .. 'locks', 's' .. part.seen, lock) end
  for _, ticket in ipairs(part.tickets) do call('HSET', P .. 'locks', 't' .. ticket[1], lock) end
  call('SET', P .. 'p:' .. id, ARGV[2])
  return { 'OK' }
elseif mode == 'apply' or mode == 'abort' then
  local id = ARGV[2]
  local kept = call('GET', P .. 'p:' .. id)
  if kept then
    local part = cmsgpack.unpack(kept)
    unlock(part)
    if mode == 'apply' then
      write(part)
      remember(id, REMEMBERED)
    end
    call('DEL', P .. 'p:' .. id)
  end
  if mode == 'abort' then call('SET', P .. 'x:' .. id, '1', 'PX', DECIDED) end
  return { 'OK' }
else
  local id = ARGV[2]
  if call('EXISTS', P .. 'c:' .. id) == 1 then return { 'COMMITTED' } end
  call('SET', P .. 'x:' .. id, '1', 'PX', DECIDED)
  return { 'ABORTED' }
end
