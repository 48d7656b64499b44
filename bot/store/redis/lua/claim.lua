-- Gives due tickets to one worker and keeps others from them for a while, by the server's own time.
-- Each stands after its deadline. KEYS[1] the prefix of the shard's keys; ARGV: due at or before, how many, for how many milliseconds.
local P = KEYS[1]
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wanted, length = tonumber(ARGV[2]), tonumber(ARGV[3])
local found, from = {}, 0
while #found < wanted do
  local rows = call('ZRANGE', P .. 'due', '-inf', ARGV[1], 'BYSCORE', 'LIMIT', from, wanted, 'WITHSCORES')
  if #rows == 0 then break end
  from = from + #rows / 2
  for index = 1, #rows, 2 do
    local member = rows[index]
    local taken = call('ZSCORE', P .. 'claims', member)
    if #found < wanted and (not taken or tonumber(taken) <= now) then
      call('ZADD', P .. 'claims', now + length, member)
      found[#found + 1] = rows[index + 1] .. ' ' .. call('GET', P .. 't:' .. string.format('%.0f', tonumber(member)))
    end
  end
end
return found
