-- Sends bodies prepared in a file over all connections, each body once (or in turns up to a
-- total), counts the answers, and ends the run when the last one has come.
--
-- Arguments: FILE CONTENT-TYPE STATUS TOTAL. FILE holds, for each body, its length in decimal, a
-- line break, and the bytes. Answers with another status than STATUS are counted as odd.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long tv_sec; long tv_nsec; } moment;
  int clock_gettime(int clock, moment *result);
  int getpid(void);
  int kill(int process, int signal);
]]

local MONOTONIC, INTERRUPT = 1, 2
local moment = ffi.new("moment")

local function now()
  ffi.C.clock_gettime(MONOTONIC, moment)
  return tonumber(moment.tv_sec) + tonumber(moment.tv_nsec) / 1e9
end

local the_thread
function setup(thread) the_thread = thread end

local requests, wanted, tried = {}, 0, false
total, sent, answered, odd, last, began, ended = 0, 0, 0, 0, 0, 0, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local headers = { ["Content-Type"] = args[2] }
  local length = file:read("*l")
  while length do
    local body = file:read(tonumber(length))
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
    length = file:read("*l")
  end
  file:close()
  wanted, total = tonumber(args[3]), tonumber(args[4])
end

function request()
  if not tried then -- wrk asks once before it connects, only to look at what it gets
    tried = true
    return requests[1]
  end
  if sent == 0 then began = now() end
  if sent == total then return "" end
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function response(status)
  answered = answered + 1
  if status ~= wanted then odd, last = odd + 1, status end
  ended = now()
  if answered == total then ffi.C.kill(ffi.C.getpid(), INTERRUPT) end
end

function done(summary, latency)
  local seconds = the_thread:get("ended") - the_thread:get("began")
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout
  io.write(string.format(
    '\n{"sent": %d, "answered": %d, "odd": %d, "status": %d, "failed": %d,'
    .. ' "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    the_thread:get("sent"), the_thread:get("answered"), the_thread:get("odd"),
    the_thread:get("last"), failed, seconds,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
