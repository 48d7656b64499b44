-- Takes a ticket out of its box. ARGV[1] has the box as it is to be, the digest of what it was, and the ticket with its records.
local asked = cmsgpack.unpack(ARGV[1])
local box = P .. 'box:' .. asked.box
local held = call('GET', box)
if (held and redis.sha1hex(held) or '') ~= asked.before then return { 'CHANGED' } end
if asked.blob == '' then call('DEL', box) else call('SET', box, asked.blob) end
place_ticket(asked.value)
call('RPUSH', P .. 'r:' .. asked.value[1], unpack(asked.value[11]))
return { 'OK' }
