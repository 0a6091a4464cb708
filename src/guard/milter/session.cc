#include "guard/milter/session.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::guard::milter {
namespace {

using base::Result;

constexpr std::uint32_t kActions =
    action::kAddHeaders | action::kChangeHeaders | action::kDeleteRecipients | action::kSetMacros;
// Recipients that the MTA refuses are none of ours, so they are not asked for.
constexpr std::uint32_t kSteps = step::kNoReplyConnect | step::kNoReplyHelo | step::kNoReplyMail |
                                 step::kNoReplyRecipient | step::kNoReplyData | step::kNoReplyUnknown |
                                 step::kNoReplyHeader | step::kNoReplyEndOfHeaders | step::kNoReplyBody |
                                 step::kNoUnknown | step::kLeadingSpace | step::kSkip;

// Stages of the macro lists in a negotiation (SMFIM_).
constexpr std::uint32_t kStageConnect = 0;
constexpr std::uint32_t kStageMail = 2;
constexpr std::uint32_t kStageRecipient = 3;
constexpr std::uint32_t kStageEnd = 5;

std::unexpected<base::Error> wrong(std::string what) {
  return base::fail(base::ErrorKind::input, std::move(what), "the milter connection",
                    "only an MTA should be able to connect here");
}

// Texts with a NUL behind each; a last one without it counts, too.
std::vector<std::string_view> texts_of(std::string_view payload) {
  std::vector<std::string_view> out;
  while (!payload.empty()) {
    const auto end = payload.find('\0');
    out.push_back(payload.substr(0, end));
    payload.remove_prefix(end == std::string_view::npos ? payload.size() : end + 1);
  }
  return out;
}

Result<Path> path_of(std::string_view payload, std::string_view command) {
  const auto texts = texts_of(payload);
  if (texts.empty()) return wrong(fmt::format("{} without an address", command));
  if (texts.size() > kMaxArguments + 1)
    return wrong(fmt::format("{} with more than {} arguments", command, kMaxArguments));
  Path out{.raw = std::string(texts.front()), .address = std::string(texts.front()), .arguments = {}};
  if (out.address.starts_with('<') && out.address.ends_with('>') && out.address.size() > 1)
    out.address = out.address.substr(1, out.address.size() - 2);
  for (std::size_t i = 1; i < texts.size(); ++i) out.arguments.emplace_back(texts[i]);
  return out;
}

void ask_for_macros(std::string& out, std::uint32_t stage, const std::string& names) {
  if (names.empty()) return;
  append_u32(out, stage);
  out += names + '\0';
}

}  // namespace

Session::Session(SessionOptions options)
    : options_(std::move(options)),
      message_{.sender = {},
               .recipients = {},
               .fault = {},
               .bytes = base::Spool(options_.memory, options_.folder)} {}

std::string Session::progress() {
  std::string out;
  append_frame(out, Reply::progress);
  return out;
}

void Session::skip_content(std::string fault) {
  message_.bytes.clear();
  message_.fault = std::move(fault);
}

Turn Session::waited_for(std::uint32_t no_reply) const {
  Turn turn;
  if (!agreed_.has(no_reply)) append_frame(turn.reply, Reply::go_on);
  return turn;
}

Result<Turn> Session::negotiate(std::string_view payload) {
  if (payload.size() < 12) return wrong("an offer that is too short");
  const auto version = read_u32(payload);
  if (version < kLeastVersion)
    return wrong(
        fmt::format("version {} of the milter protocol is too old: {} is the least", version, kLeastVersion));
  // Never more than was offered: an MTA drops who asks for more.
  agreed_ = {.version = std::min(version, kVersion),
             .actions = read_u32(payload.substr(4)) & kActions,
             .steps = read_u32(payload.substr(8)) & kSteps};
  std::string out;
  append_u32(out, agreed_.version);
  append_u32(out, agreed_.actions);
  append_u32(out, agreed_.steps);
  if (agreed_.may(action::kSetMacros)) {
    ask_for_macros(out, kStageConnect, options_.macros_connect);
    ask_for_macros(out, kStageMail, options_.macros_mail);
    ask_for_macros(out, kStageRecipient, options_.macros_recipient);
    ask_for_macros(out, kStageEnd, options_.macros_end);
  }
  state_ = State::agreed;
  Turn turn;
  append_frame(turn.reply, Reply::negotiate, out);
  return turn;
}

Result<> Session::connect(std::string_view payload) {
  const auto end = payload.find('\0');
  if (end == std::string_view::npos || end + 1 >= payload.size()) return wrong("a client without a family");
  Client client{.family = Client::Family::unknown, .host = std::string(payload.substr(0, end)), .ip = {}};
  const char family = payload[end + 1];
  auto rest = payload.substr(end + 2);
  if (family == '4' || family == '6' || family == 'L') {
    if (rest.size() < 2) return wrong("a client without a port");
    client.port = static_cast<std::uint16_t>(static_cast<unsigned char>(rest[0]) << 8U |
                                             static_cast<unsigned char>(rest[1]));
    rest = rest.substr(2);
    rest = rest.substr(0, rest.find('\0'));
    client.family = family == 'L' ? Client::Family::local : Client::Family::internet;
    if (base::istarts_with(rest, "IPv6:")) rest.remove_prefix(5);
    if (family != 'L') client.ip = base::IpAddress::parse(rest);
    if (family != 'L' && !client.ip)
      return wrong(fmt::format("\"{}\" is no address of a client", base::printable(rest)));
  } else if (family != 'U') {
    return wrong("a client of a family that nobody knows");
  }
  client_ = std::move(client);
  helo_.clear();
  drop();
  state_ = State::connected;
  return {};
}

Result<> Session::mail(std::string_view payload) {
  if (state_ != State::connected) return wrong("MAIL within a message");
  drop();
  message_.sender = TRY(path_of(payload, "MAIL"));
  state_ = State::sender;
  return {};
}

Result<> Session::recipient(std::string_view payload) {
  if (state_ != State::sender) return wrong("RCPT without MAIL");
  if (message_.recipients.size() == kMaxRecipients)
    return wrong(fmt::format("more than {} recipients", kMaxRecipients));
  auto path = TRY(path_of(payload, "RCPT"));
  // Of those that it refuses the MTA tells only who asks for it; who does so all the same is understood.
  const bool refused = macros_.find("rcpt_mailer") == "error";
  macros_.end_recipient();
  if (!refused) message_.recipients.push_back(std::move(path));
  return {};
}

void Session::keep(std::string_view bytes) {
  message_.size += bytes.size();
  if (!message_.fault.empty()) return;
  if (message_.bytes.size() + bytes.size() > options_.max_message) {
    bytes = bytes.substr(0, options_.max_message - message_.bytes.size());
    message_.fault = fmt::format("it is larger than {} octets", options_.max_message);
  }
  if (const auto kept = message_.bytes.append(bytes); !kept) message_.fault = kept.error().message();
}

// A line feed alone is what an MTA makes of the CRLF of a fold.
void Session::append(std::string_view bytes) {
  std::size_t from = 0;
  for (auto at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at > 0 && bytes[at - 1] == '\r') continue;
    keep(bytes.substr(from, at - from));
    keep("\r\n");
    from = at + 1;
  }
  keep(bytes.substr(from));
}

Result<> Session::header(std::string_view payload) {
  state_ = State::headers;
  const auto end = payload.find('\0');
  if (end == std::string_view::npos) return wrong("a header field without a value");
  auto value = payload.substr(end + 1);
  if (value.ends_with('\0')) value.remove_suffix(1);
  append(payload.substr(0, end));
  keep(":");
  // Who does not agree to tell of it has taken one space away.
  if (!agreed_.has(step::kLeadingSpace)) keep(" ");
  append(value);
  keep("\r\n");
  return {};
}

void Session::end_of_headers() {
  keep("\r\n");
  message_.header_size = message_.bytes.size();
  state_ = State::body;
}

void Session::drop() {
  message_.sender = {};
  message_.recipients.clear();
  message_.header_size = 0;
  message_.size = 0;
  message_.fault.clear();
  message_.bytes.clear();
  skipped_ = false;
}

Result<Turn> Session::take(const Frame& frame) {
  const auto command = static_cast<Command>(frame.command);
  if (state_ == State::closed) return wrong("a command behind the last");
  if (command == Command::quit) {
    state_ = State::closed;
    return Turn{.kind = Turn::Kind::closed, .reply = {}};
  }
  if (command == Command::negotiate) {
    if (state_ != State::fresh) return wrong("a second offer");
    return negotiate(frame.payload);
  }
  if (state_ == State::fresh) return wrong("a command before the offer");
  if (state_ == State::deciding && command != Command::abort && command != Command::quit_new_connection)
    return wrong("a command before the answer to the last");
  switch (command) {
    case Command::macros:
      if (!macros_.take(frame.payload)) return wrong("macros that cannot be read");
      return Turn{};
    case Command::connect:
      if (state_ != State::agreed) return wrong("a second client");
      TRY(connect(frame.payload));
      return waited_for(step::kNoReplyConnect);
    case Command::helo:
      if (state_ == State::agreed) return wrong("HELO without a client");
      helo_ = frame.payload.substr(0, frame.payload.find('\0'));
      return waited_for(step::kNoReplyHelo);
    case Command::data:
      return waited_for(step::kNoReplyData);
    case Command::unknown:
      return waited_for(step::kNoReplyUnknown);
    case Command::abort:
      return forget(State::connected);
    case Command::quit_new_connection: {
      auto turn = forget(State::agreed);
      macros_.end_connection();
      client_ = {};
      helo_.clear();
      return turn;
    }
    default:
      return take_message(frame);
  }
}

// Neither is answered; what is said of the connection outlives an abort.
Turn Session::forget(State next) {
  const bool under_way = state_ > State::connected;
  drop();
  macros_.end_message();
  if (under_way || next == State::agreed) state_ = next;
  return {.kind = under_way ? Turn::Kind::dropped : Turn::Kind::go_on, .reply = {}};
}

Result<Turn> Session::take_message(const Frame& frame) {
  const bool in_header = state_ == State::sender || state_ == State::headers;
  switch (static_cast<Command>(frame.command)) {
    case Command::mail:
      TRY(mail(frame.payload));
      return waited_for(step::kNoReplyMail);
    case Command::recipient:
      TRY(recipient(frame.payload));
      return waited_for(step::kNoReplyRecipient);
    case Command::header:
      if (!in_header) return wrong("a header field without a message");
      TRY(header(frame.payload));
      return waited_for(step::kNoReplyHeader);
    case Command::end_of_headers:
      if (!in_header) return wrong("an end of headers without a message");
      end_of_headers();
      return waited_for(step::kNoReplyEndOfHeaders);
    case Command::body:
      if (state_ != State::body) return wrong("a body without a message");
      keep(frame.payload);
      return after_body();
    case Command::end_of_body:
      if (!in_header && state_ != State::body) return wrong("an end of a message that did not begin");
      if (in_header) end_of_headers();
      keep(frame.payload);
      state_ = State::deciding;
      return Turn{.kind = Turn::Kind::decide, .reply = {}};
    default:
      return wrong(
          fmt::format("a command {:#04x} that nobody knows", static_cast<unsigned char>(frame.command)));
  }
}

// What is not kept need not be sent, where the MTA waits for an answer and understands that one.
Turn Session::after_body() {
  auto turn = waited_for(step::kNoReplyBody);
  if (turn.reply.empty() || message_.fault.empty() || skipped_ || !agreed_.has(step::kSkip)) return turn;
  skipped_ = true;
  turn.reply.clear();
  append_frame(turn.reply, Reply::skip);
  return turn;
}

Result<std::string> Session::answer(const Answer& answer) {
  if (state_ != State::deciding)
    return base::fail(base::ErrorKind::internal, "no message waits for an answer");
  auto out = TRY(format(answer, agreed_));
  drop();
  macros_.end_message();
  state_ = State::connected;
  return out;
}

}  // namespace rampart::guard::milter
