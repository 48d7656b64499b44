-- Saves knowledge, all or nothing. ARGV[1] has what is learned.
-- A change sent again after a cut reply is known by its id and not made twice.
local part = cmsgpack.unpack(ARGV[1])

if call('PEXPIRE', P .. 'c:' .. part.id, 300000) == 1 then return { 'OK' } end
local version = tonumber(call('GET', P .. 'knowledge') or 0)
if part.expected and #part.entries + #part.removed > 0 and part.expected ~= version then return { 'MOVED_ON' } end

if #part.entries + #part.removed > 0 then
  version = version + 1
  call('SET', P .. 'knowledge', version)
  for _, id in ipairs(part.removed) do
    if call('HDEL', P .. 'entries', id) == 1 then
      call('RPUSH', P .. 'history:' .. id, cmsgpack.pack({ version, part.at, false }))
      call('ZADD', P .. 'entry-versions', version, id)
    end
  end
  for _, entry in ipairs(part.entries) do
    call('HSET', P .. 'entries', entry[1], entry[2])
    call('RPUSH', P .. 'history:' .. entry[1], cmsgpack.pack({ version, part.at, entry[2] }))
    call('ZADD', P .. 'entry-versions', version, entry[1])
  end
  call('PUBLISH', part.channel, part.worker .. ' knowledge ' .. version)
end

for _, lesson in ipairs(part.lessons) do place_lesson(lesson) end

for _, uses in ipairs(part.uses) do
  local found = call('HGET', P .. 'uses', uses[1])
  local before = found and cmsgpack.unpack(found) or { uses[1], 0, 0, 0, false }
  for index = 2, 4 do before[index] = before[index] + uses[index] end
  if uses[5] and (not before[5] or uses[5] > before[5]) then before[5] = uses[5] end
  call('HSET', P .. 'uses', uses[1], cmsgpack.pack(before))
end
call('SET', P .. 'c:' .. part.id, '1', 'PX', 300000)
return { 'OK' }
