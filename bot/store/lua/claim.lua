-- Gives due tickets to one worker and keeps others from them for a while, by the server's own time.
-- KEYS[1] the prefix of the shard's keys; ARGV: due at or before, how many, for how many milliseconds.
local P = KEYS[1]
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wanted, length = tonumber(ARGV[2]), tonumber(ARGV[3])
local found, from = {}, 0
while #found < wanted do
  local members = call('ZRANGE', P .. 'due', '-inf', ARGV[1], 'BYSCORE', 'LIMIT', from, wanted)
  if #members == 0 then break end
  from = from + #members
  for _, member in ipairs(members) do
    local taken = call('ZSCORE', P .. 'claims', member)
    if #found < wanted and (not taken or tonumber(taken) <= now) then
      call('ZADD', P .. 'claims', now + length, member)
      found[#found + 1] = call('GET', P .. 't:' .. string.format('%.0f', tonumber(member)))
    end
  end
end
return found
