-- Reads one page of a part that stands in an index. ARGV: the index, where values are (a hash, or `tickets`, or nothing), the member
-- after which to go on with its score (both empty for the beginning), how many. The answer has member, score and value in turns.
local P = KEYS[1]
local call = redis.call
local index, hash, after, score, limit = unpack(ARGV)
if hash == 'links' then -- several pieces of one score, and one that is changed has another name afterwards
  local found = {}
  for _, member in ipairs(call('ZRANGE', P .. index, after == '' and '-' or '(' .. after .. '\1', '+', 'BYLEX', 'LIMIT', 0, limit)) do
    found[#found + 1] = string.match(member, '^[^%z]*%z[^%z]*')
    found[#found + 1] = '0'
    found[#found + 1] = member
  end
  return found
end
local start = 0
if score ~= '' then
  local rank = call('ZRANK', P .. index, after)
  start = rank and rank + 1 or call('ZCOUNT', P .. index, '-inf', score)
end
local rows = call('ZRANGE', P .. index, start, start + limit - 1, 'WITHSCORES')
local found = {}
for place = 1, #rows, 2 do
  local member = rows[place]
  found[#found + 1] = member
  found[#found + 1] = rows[place + 1]
  if hash == 'tickets' then
    local number = string.format('%.0f', tonumber(member))
    found[#found + 1] = {
      call('GET', P .. 't:' .. number),
      call('ZSCORE', P .. 'due', string.format('%016.0f', tonumber(member))) or '',
      call('HGET', P .. 'surveys', number) or '',
      call('LRANGE', P .. 'r:' .. number, 0, -1),
    }
  elseif hash ~= '' then
    found[#found + 1] = call('HGET', P .. hash, member)
  else
    found[#found + 1] = ''
  end
end
return found
