-- Reads one ticket with what belongs to it, or the box it lies in: KEYS[1] the prefix of the shard's keys, ARGV its number and the box.
local P, number = KEYS[1], ARGV[1]
local body = redis.call('GET', P .. 't:' .. number)
if not body then return { false, redis.call('GET', P .. 'box:' .. ARGV[2]) } end
return {
  body,
  redis.call('ZSCORE', P .. 'due', string.format('%016.0f', tonumber(number))) or '',
  redis.call('HGET', P .. 'surveys', number) or '',
  redis.call('LRANGE', P .. 'r:' .. number, 0, -1),
}
