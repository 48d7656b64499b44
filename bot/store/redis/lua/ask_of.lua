-- Finds the question that a message of the bot asked: KEYS[1] the prefix of the shard's keys, ARGV[1] the key of the message.
local id = redis.call('HGET', KEYS[1] .. 'asked', ARGV[1])
return { id and redis.call('HGET', KEYS[1] .. 'asks', id) }
