-- What the guard answers to miltertest: one message is let through with our field, the next on the same connection is refused, one
-- is given up, and the last is let through. usage: miltertest -s guard_milter.lua -D socket=SOCKET
local connection = mt.connect(socket, 40, 0.25)
if connection == nil then error("no connection to " .. socket) end

local function answered(what, step)
  if step ~= nil then error(what .. " failed: " .. step) end
end

local function begin(sender)
  mt.macro(connection, SMFIC_MAIL, "i", "4MILTER")
  answered("MAIL", mt.mailfrom(connection, "<" .. sender .. ">"))
  answered("RCPT", mt.rcptto(connection, "<a@else.example>"))
  answered("From", mt.header(connection, "From", "News <" .. sender .. ">"))
  answered("Date", mt.header(connection, "Date", "Fri, 27 Nov 2026 10:00:00 +0000"))
  answered("Message-ID", mt.header(connection, "Message-ID", "<miltertest@bank.example>"))
  answered("Subject", mt.header(connection, "Subject", "rates"))
  answered("the end of the header", mt.eoh(connection))
  answered("the body", mt.bodystring(connection, "The rates are as they were.\r\n"))
end

local function finish(sender)
  begin(sender)

  answered("the end of the message", mt.eom(connection))
  return mt.getreply(connection)
end

answered("CONNECT", mt.conninfo(connection, "mail.bank.example", "192.0.2.1"))
answered("HELO", mt.helo(connection, "mail.bank.example"))
local reply = finish("news@bank.example")
if reply ~= SMFIR_ACCEPT and reply ~= SMFIR_CONTINUE then error("an authorised message was not let through") end
if not mt.eom_check(connection, MT_HDRINSERT, "Authentication-Results") then error("no Authentication-Results") end
if not mt.eom_check(connection, MT_HDRINSERT, "X-Rampart-Id") then error("no X-Rampart-Id") end

begin("news@bank.example")
answered("ABORT", mt.abort(connection))
mt.disconnect(connection)

connection = mt.connect(socket, 40, 0.25)
answered("CONNECT", mt.conninfo(connection, "elsewhere.example", "198.51.100.9"))
answered("HELO", mt.helo(connection, "elsewhere.example"))
if finish("news@bank.example") ~= SMFIR_REPLYCODE then error("a forged message was not refused") end
mt.disconnect(connection)

connection = mt.connect(socket, 40, 0.25)
answered("CONNECT", mt.conninfo(connection, "mail.bank.example", "192.0.2.1"))
answered("HELO", mt.helo(connection, "mail.bank.example"))
reply = finish("news@bank.example")
if reply ~= SMFIR_ACCEPT and reply ~= SMFIR_CONTINUE then error("the last message was not let through") end
mt.disconnect(connection)
