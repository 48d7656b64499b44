-- Puts back pieces of a copied store as they are. ARGV[1] has them, each with its kind first.
local PUT = {}

function PUT.seen(piece) call('ZADD', P .. 'seen', piece[3], piece[2]) end

function PUT.kept(piece)
  if piece[3] == '' then call('HDEL', P .. 'kept', piece[2]) else call('HSET', P .. 'kept', piece[2], piece[3]) end
end

function PUT.entry(piece)
  local id, body, changes = piece[2], piece[3], piece[4]
  call('DEL', P .. 'history:' .. id)
  for _, change in ipairs(changes) do
    call('RPUSH', P .. 'history:' .. id, cmsgpack.pack(change))
    call('ZADD', P .. 'entry-versions', change[1], id)
    if change[1] > tonumber(call('GET', P .. 'knowledge') or 0) then call('SET', P .. 'knowledge', change[1]) end
  end
  if body then call('HSET', P .. 'entries', id, body) else call('HDEL', P .. 'entries', id) end
end

function PUT.uses(piece) call('HSET', P .. 'uses', piece[2][1], cmsgpack.pack(piece[2])) end

function PUT.lesson(piece) place_lesson(piece[2]) end

function PUT.ask(piece) place_ask(piece[2]) end

function PUT.link(piece) place_link(piece[2], piece[3]) end

function PUT.failure(piece)
  call('HSET', P .. 'failures', piece[2], piece[4])
  call('ZADD', P .. 'failures-by-time', piece[3], piece[2])
end

function PUT.file(piece)
  call('HSET', P .. 'files', piece[2], piece[4])
  call('ZADD', P .. 'files-by-time', piece[3], piece[2])
end

function PUT.message(piece)
  local message = piece[2]
  local found = call('HGET', P .. 'outbox', message[1])
  local position
  if found then
    local before = cmsgpack.unpack(found)
    unlist_message(message[1], before[2])
    position = before[1]
  end
  place_message(message, position or next_position())
end

function PUT.ticket(piece)
  local ticket = piece[2]
  place_ticket(ticket)
  call('DEL', P .. 'r:' .. ticket[1])
  for _, record in ipairs(ticket[11]) do call('RPUSH', P .. 'r:' .. ticket[1], record) end
end

for _, piece in ipairs(cmsgpack.unpack(ARGV[1])) do PUT[piece[1]](piece) end
return { 'OK' }
