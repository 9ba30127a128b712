-- Sends the requests of the file named by HOLDFAST_REQUESTS in rotation. Each block is a whole HTTP request after a
-- line with its length. `[<id>]` is replaced by a unique text.
local requests = {}
local place = 0
local sent = 0
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init()
  local file = assert(io.open(os.getenv("HOLDFAST_REQUESTS"), "rb"))
  while true do
    local length = file:read("*l")
    if length == nil then break end
    local text = file:read(tonumber(length))
    local from, to = text:find("[<id>]", 1, true)
    if from == nil then
      requests[#requests + 1] = { text }
    else
      requests[#requests + 1] = { text:sub(1, from - 1), text:sub(to + 1) }
    end
  end
  file:close()
  prefix = string.format("%d-%d-%d-", os.time(), math.random(1e9), number)
  place = (number - 1) * math.floor(#requests / 2)
end

function request()
  place = place % #requests + 1
  sent = sent + 1
  local parts = requests[place]
  if parts[2] == nil then return parts[1] end
  return parts[1] .. prefix .. sent .. parts[2]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"durationSeconds":%f,"requests":%d,"refused":%d,"broken":%d,"p50":%f,"p99":%f}\n',
    summary.duration / 1e6, summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
