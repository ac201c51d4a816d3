-- For wrk: prints the load's figures as one line of JSON, whole numbers as they were counted. WIREWRIGHT_PIPELINE=n in
-- the environment makes each connection send n requests at a time, WIREWRIGHT_CONTENT=n makes each a POST of n bytes,
-- WIREWRIGHT_PATHS='/a /b' asks for these paths in turn.
local depth = tonumber(os.getenv("WIREWRIGHT_PIPELINE") or "1")

local content = tonumber(os.getenv("WIREWRIGHT_CONTENT") or "0")

if content > 0 then
  wrk.method = "POST"
  wrk.body = string.rep("x", content)
end

local paths = os.getenv("WIREWRIGHT_PATHS") or ""

if paths ~= "" then
  local requests = {}
  local next = 0
  function init()
    for path in string.gmatch(paths, "%S+") do
      requests[#requests + 1] = wrk.format(nil, path)
    end
  end
  function request()
    next = next % #requests + 1
    return requests[next]
  end
end

if depth > 1 then
  local requests
  function init()
    requests = string.rep(wrk.format(), depth)
  end
  function request()
    return requests
  end
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"bytes":%d,"microseconds":%d,"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"p50":%d,"p99":%d}',
    summary.requests, summary.bytes, summary.duration, errors.status, errors.connect, errors.read, errors.write,
    errors.timeout, latency:percentile(50), latency:percentile(99)))
end
