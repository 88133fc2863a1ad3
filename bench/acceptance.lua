-- Notices to accept, for wrk: each request is another notice, with an Idempotency-Key of its own.
-- Arguments: the API key, then the ids of the people who are served in turn.
-- Run with one thread (-t1): each thread would count for itself and the keys would repeat.

local key
local people = {}
local count = 0
local run = tostring(os.time()) .. "-" .. tostring(math.random(1, 1000000000))

function init(args)
  key = args[1]
  for index = 2, #args do people[#people + 1] = args[index] end
end

function request()
  count = count + 1
  local person = people[count % #people + 1]
  local body = string.format(
    '{"issuer":"acme","kind":"client-contact-change","recipients":["%s"],"fields":{"newContact":"李经理",' ..
    '"newPhone":"010-8888%04d","newEmail":"contact%d@example.com","effectiveDate":"2027-12-01"}}',
    person, count % 10000, count % 997)
  return wrk.format("POST", "/v1/notices", {
    ["Authorization"] = "Bearer " .. key,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = run .. "-" .. count,
  }, body)
end

-- One line a program can read; wrk's own summary counts refusals among its requests.
local accepted, refused = 0, 0

function response(status)
  if status == 202 then accepted = accepted + 1 else refused = refused + 1 end
  counted = accepted .. " " .. refused
end

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

function done(summary)
  print("accepted-refused-microseconds " .. threads[1]:get("counted") .. " " .. summary.duration)
end
