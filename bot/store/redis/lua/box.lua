-- Puts closed tickets into their box. ARGV[1] has the box as it is to be, the digest of what it was, and the tickets with the versions
-- they were read in. Whatever was changed meanwhile leaves everything as it is (CHANGED): the next hour tries again.
local asked = cmsgpack.unpack(ARGV[1])
local box = P .. 'box:' .. asked.box
local held = call('GET', box)
if (held and redis.sha1hex(held) or '') ~= asked.before then return { 'CHANGED' } end
for _, ticket in ipairs(asked.value) do
  local number, version, member = unpack(ticket)
  local is_busy = call('ZSCORE', P .. 'due', member) or call('ZSCORE', P .. 'open', number) or call('HEXISTS', P .. 'locks', 't' .. number) == 1
  if is_busy or version_of(number) ~= version then return { 'CHANGED' } end
end
call('SET', box, asked.blob)
for _, ticket in ipairs(asked.value) do
  local number = ticket[1]
  call('DEL', P .. 't:' .. number, P .. 'r:' .. number)
  call('ZREM', P .. 'closed', number)
  call('HDEL', P .. 'surveys', number)
end
return { 'OK' }
