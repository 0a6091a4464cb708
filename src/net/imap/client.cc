#include "net/imap/client.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "net/imap/command.h"

namespace rampart::net::imap {
namespace {

using base::ErrorKind;
using base::Result;
using Clock = TlsStream::Clock;

constexpr std::size_t kRoom = std::size_t{64} << 10U;  // octets that are read at a time
constexpr std::uint64_t kMaxResponses = 100'000;       // of one command, or one IDLE; our own
constexpr std::size_t kMaxOctets = std::size_t{4}
                                   << 20U;      // of one command, or one IDLE, beside a message; our own
constexpr std::uint32_t kListedAtOnce = 1'000;  // messages of one FETCH
constexpr std::size_t kMaxSaid = 300;           // octets of a server's words that are repeated

std::string_view text_of(const Value& value) {
  return value.form == Value::Form::text ? value.text : std::string_view();
}

// What FETCH says of one thing: "UID", "RFC822.SIZE". Null when it says nothing.
const Value* item(const Response& response, std::string_view name) {
  if (response.values.empty()) return nullptr;
  const auto& items = response.values.front().items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i].is(name)) return &items[i + 1];
  }
  return nullptr;
}

std::optional<std::uint64_t> number(const Value* value) {
  return value != nullptr && value->form == Value::Form::atom ? base::parse_number(value->text)
                                                              : std::nullopt;
}

std::uint32_t small(std::optional<std::uint64_t> value) {
  return value && *value <= 0xffff'ffffU ? static_cast<std::uint32_t>(*value) : 0;
}

std::optional<Listed> read_listed(const Response& response) {
  Listed out;
  out.uid = small(number(item(response, "UID")));
  if (out.uid == 0) return std::nullopt;
  out.size = number(item(response, "RFC822.SIZE")).value_or(0);
  if (const auto* date = item(response, "INTERNALDATE")) out.received = parse_date_time(text_of(*date));
  if (const auto* flags = item(response, "FLAGS")) {
    for (const auto& flag : flags->items) {
      if (flag.is("\\Deleted")) out.deleted = true;
      if (flag.form == Value::Form::atom && !flag.text.starts_with('\\')) out.keywords.push_back(flag.text);
    }
  }
  return out;
}

}  // namespace

std::unexpected<base::Error> Client::error(ErrorKind kind, std::string what, std::string hint) const {
  return base::fail(kind, std::move(what), fmt::format("{}:{}", server_.host, server_.port), std::move(hint));
}

std::unexpected<base::Error> Client::refused(const Response& status, std::string_view what) const {
  return error(ErrorKind::unavailable, fmt::format("the server refused {}: {} {}", what, status.word,
                                                   base::excerpt(status.text, kMaxSaid)));
}

bool Client::has(std::string_view capability) const {
  return std::ranges::find(capabilities_, capability) != capabilities_.end();
}

void Client::note_capabilities(const std::vector<Value>& values) {
  capabilities_.clear();
  for (const auto& value : values) {
    auto text = base::lower(value.text);
    for (auto& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    capabilities_.push_back(std::move(text));
  }
}

void Client::note(const Response& response) {
  if (response.word == "CAPABILITY") note_capabilities(response.values);
  if (response.code == "CAPABILITY") note_capabilities(response.values);
  if (response.word == "EXISTS" && response.number) {
    news_ = news_ || *response.number > exists_;
    exists_ = *response.number;
  } else if (response.word == "EXPUNGE") {
    exists_ -= exists_ == 0 ? 0 : 1;
  }
}

Result<> Client::send(std::string_view line) { return stream_.write(line, Clock::now() + server_.timeout); }

std::string Client::next_tag() {
  heard_ = 0;
  octets_ = 0;
  return fmt::format("r{}", ++tags_);
}

Result<std::optional<Response>> Client::hear(Clock::time_point deadline) {
  char room[kRoom];
  for (;;) {
    auto response = reader_.next();
    if (!response) return error(response.error().kind, response.error().what);
    if (*response) {
      if (++heard_ > kMaxResponses) return error(ErrorKind::unavailable, "the server does not stop talking");
      note(**response);
      if ((*response)->word == "BYE" && (*response)->kind == Response::Kind::untagged)
        return error(ErrorKind::unavailable,
                     fmt::format("the server said goodbye: {}", base::excerpt((*response)->text, kMaxSaid)));
      return response;
    }
    const auto got = TRY(stream_.read(room, deadline));
    if (got == 0) return std::optional<Response>();
    octets_ += got;
    if (octets_ > kMaxOctets + large_)
      return error(ErrorKind::unavailable, "the server does not stop talking");
    reader_.feed({room, got});
  }
}

Result<Response> Client::hear_one() {
  auto response = TRY(hear(Clock::now() + server_.timeout));
  if (!response) return error(ErrorKind::unavailable, "the server does not answer in time");
  return *std::move(response);
}

Result<Client::Answer> Client::finish(const std::string& tag) {
  Answer out;
  for (;;) {
    auto response = TRY(hear_one());
    if (response.kind == Response::Kind::tagged) {
      if (response.tag != tag) return error(ErrorKind::unavailable, "the server answers what was not asked");
      out.status = std::move(response);
      return out;
    }
    const bool wanted = response.word == "FETCH" || response.word == "LIST" || !response.code.empty();
    if (response.kind == Response::Kind::untagged && wanted) out.responses.push_back(std::move(response));
  }
}

Result<Client::Answer> Client::ask(const std::string& command, std::size_t most) {
  const auto tag = next_tag();
  TRY(send(fmt::format("{} {}\r\n", tag, command)));
  large_ = most;
  reader_.allow_literal(most);
  auto answer = finish(tag);
  reader_.allow_literal(kMaxLiteral);
  large_ = 0;
  return answer;
}

Result<Client::Answer> Client::demand(const std::string& command, std::string_view what) {
  auto answer = TRY(ask(command));
  if (answer.status.word != "OK") return refused(answer.status, what);
  return answer;
}

Result<Client> Client::open(Server server) {
  StreamOptions options{.host = server.host,
                        .port = server.port,
                        .ca_file = server.ca_file,
                        .timeout = server.timeout,
                        .stop = server.stop};
  auto stream = TRY(TlsStream::connect(std::move(options)));
  Client client(std::move(server), std::move(stream));
  if (client.server_.tls == Server::Tls::implicit) {
    TRY(client.stream_.secure());
    TRY(client.greet());
  } else {
    TRY(client.greet());
    TRY(client.start_tls());
  }
  if (client.capabilities_.empty()) TRY(client.ask_capabilities());
  TRY(client.sign_in());
  // What it can do may differ now (RFC 9051 section 6.2.2).
  TRY(client.ask_capabilities());
  return client;
}

Result<> Client::greet() {
  const auto greeting = TRY(hear_one());
  // PREAUTH: signed in as somebody we are not, and, in clear, a way around STARTTLS (RFC 9051 section 11.1).
  if (greeting.kind != Response::Kind::untagged || greeting.word != "OK")
    return error(ErrorKind::unavailable, "the server greets in no way that we take",
                 "check host, port and reports.imap_tls");
  return {};
}

Result<> Client::ask_capabilities() {
  capabilities_.clear();
  TRY(demand("CAPABILITY", "to say what it can do"));
  if (!has("IMAP4REV1") && !has("IMAP4REV2"))
    return error(ErrorKind::unavailable, "the server speaks no IMAP4rev1");
  return {};
}

Result<> Client::start_tls() {
  if (capabilities_.empty()) TRY(ask_capabilities());
  if (!has("STARTTLS"))
    return error(ErrorKind::unavailable, "the server offers no STARTTLS, and nothing is said in clear",
                 "set reports.imap_tls to implicit, if port 993 is open");
  TRY(demand("STARTTLS", "STARTTLS"));
  // Whatever came behind the answer came in clear, from anybody (RFC 9051 section 11.1, RFC 7457 section 2.2).
  if (reader_.has_more())
    return error(ErrorKind::unavailable, "the server sent data in clear after its answer to STARTTLS");
  TRY(stream_.secure());
  capabilities_.clear();
  return {};
}

Result<> Client::sign_in() {
  if (!stream_.is_secure()) return error(ErrorKind::internal, "nobody signs in without TLS");
  if (!server_.token.empty()) {
    if (has("AUTH=OAUTHBEARER"))
      return authenticate("OAUTHBEARER", crypto::Secret(sasl_oauthbearer(server_.user, server_.host,
                                                                         server_.port, server_.token)));
    if (has("AUTH=XOAUTH2"))
      return authenticate("XOAUTH2", crypto::Secret(sasl_xoauth2(server_.user, server_.token)));
    return error(ErrorKind::config, "the server takes no OAuth token (neither OAUTHBEARER nor XOAUTH2)",
                 "use reports.imap_password_file, or ask whoever runs the server");
  }
  if (has("AUTH=PLAIN"))
    return authenticate("PLAIN", crypto::Secret(sasl_plain(server_.user, server_.password)));
  if (has("LOGINDISABLED"))
    return error(ErrorKind::config,
                 "the server takes no password in a way that we know (neither PLAIN nor LOGIN)",
                 "use reports.imap_token_file, if it takes OAuth tokens");
  return log_in();
}

Result<> Client::log_in() {
  if (!check_text(server_.user).empty() || !check_text(server_.password).empty())
    return error(ErrorKind::config, "a user or password beyond ASCII cannot be used with LOGIN");
  const auto tag = next_tag();
  const crypto::Secret line(
      fmt::format("{} LOGIN {} {}\r\n", tag, quoted(server_.user), quoted(server_.password)));
  TRY(send(line));
  const auto answer = TRY(finish(tag));
  if (answer.status.word == "OK") return {};
  return error(ErrorKind::config,
               fmt::format("the server refused the user or the password: {}",
                           base::excerpt(answer.status.text, kMaxSaid)),
               "check reports.imap_user and the file of reports.imap_password_file");
}

// The first message goes with the command where the server lets it (RFC 4959), or else when it asks. What comes then is a token's
// error (RFC 7628 section 3.2.2), which has to be answered before the server says no.
Result<> Client::authenticate(std::string_view mechanism, const crypto::Secret& first) {
  const crypto::Secret encoded(base::encode_base64(first));
  const bool at_once = has("SASL-IR");
  const auto tag = next_tag();
  const crypto::Secret line(fmt::format("{} AUTHENTICATE {}{}{}\r\n", tag, mechanism, at_once ? " " : "",
                                        at_once ? encoded.view() : ""));
  TRY(send(line));
  std::string said;
  bool sent = at_once;
  for (;;) {
    const auto response = TRY(hear_one());
    if (response.kind == Response::Kind::proceed) {
      if (sent) said = base::decode_base64(response.text).value_or(std::string());
      const crypto::Secret reply(sent ? std::string("\r\n") : fmt::format("{}\r\n", encoded.view()));
      // OAUTHBEARER's own is a single 0x01.
      TRY(send(sent && mechanism == "OAUTHBEARER" ? "AQ==\r\n" : reply.view()));
      sent = true;
    } else if (response.kind == Response::Kind::tagged) {
      if (response.tag != tag) return error(ErrorKind::unavailable, "the server answers what was not asked");
      if (response.word == "OK") return {};
      // Not now is not never (RFC 5530).
      if (response.code == "UNAVAILABLE" || response.code == "INUSE" || response.code == "LIMIT")
        return refused(response, "to sign us in");
      return error(
          ErrorKind::config,
          fmt::format("the server refused {}: {}{}{}",
                      mechanism == "PLAIN" ? "the user or the password" : "the user or the token",
                      base::excerpt(response.text, kMaxSaid), said.empty() ? "" : "; ",
                      base::excerpt(said, kMaxSaid)),
          mechanism == "PLAIN"
              ? "check reports.imap_user and the file of reports.imap_password_file"
              : "get a new token into the file of reports.imap_token_file; tokens last about an hour");
    }
  }
}

Result<Mailbox> Client::select(const std::string& mailbox) {
  exists_ = 0;
  const auto answer = TRY(ask(fmt::format("SELECT {}", quoted(mailbox_name(mailbox)))));
  if (answer.status.word != "OK")
    return error(ErrorKind::config,
                 fmt::format("the mailbox \"{}\" cannot be opened: {}", base::printable(mailbox),
                             base::excerpt(answer.status.text, kMaxSaid)),
                 "check reports.imap_mailbox");
  Mailbox out{.messages = exists_, .writable = answer.status.code != "READ-ONLY"};
  for (const auto& response : answer.responses) {
    if (response.code == "UIDVALIDITY" && !response.values.empty())
      out.validity = small(number(&response.values.front()));
    if (response.code != "PERMANENTFLAGS" || response.values.empty()) continue;
    out.keywords =
        std::ranges::any_of(response.values.front().items, [](const Value& flag) { return flag.is("\\*"); });
  }
  if (out.validity == 0)
    return error(ErrorKind::unavailable,
                 "the server gives the mailbox no UIDVALIDITY, so no message can be known again");
  news_ = false;
  return out;
}

Result<std::vector<Listed>> Client::list(const Mailbox& mailbox) {
  if (mailbox.messages > kMaxListed)
    return error(ErrorKind::config,
                 fmt::format("the mailbox has {} messages, more than the {} that are looked at",
                             mailbox.messages, kMaxListed),
                 "set reports.imap_done to move, and move the old messages away once");
  std::vector<Listed> out;
  for (std::uint32_t first = 1; first <= mailbox.messages; first += kListedAtOnce) {
    const auto last = std::min(mailbox.messages, first + kListedAtOnce - 1);
    const auto answer =
        TRY(demand(fmt::format("FETCH {}:{} (UID RFC822.SIZE INTERNALDATE FLAGS)", first, last),
                   "a list of the messages"));
    for (const auto& response : answer.responses) {
      if (response.word != "FETCH") continue;
      if (auto listed = read_listed(response)) out.push_back(*std::move(listed));
    }
  }
  std::ranges::sort(out, {}, &Listed::uid);
  const auto same = std::ranges::unique(out, {}, &Listed::uid);
  out.erase(same.begin(), same.end());
  return out;
}

Result<std::optional<std::string>> Client::fetch(std::uint32_t uid) {
  // One octet more than is taken tells a larger message without having it.
  auto answer =
      TRY(ask(fmt::format("UID FETCH {} (UID BODY.PEEK[]<0.{}>)", uid, kMaxMessage + 1), kMaxMessage + 1));
  if (answer.status.word != "OK") return refused(answer.status, fmt::format("message {}", uid));
  for (auto& response : answer.responses) {
    if (response.word != "FETCH" || small(number(item(response, "UID"))) != uid || response.values.empty())
      continue;
    auto& items = response.values.front().items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      if (!base::istarts_with(items[i].text, "BODY[]") || items[i + 1].form != Value::Form::text) continue;
      if (items[i + 1].text.size() > kMaxMessage)
        return error(ErrorKind::input, fmt::format("the message is larger than {} MiB", kMaxMessage >> 20U));
      return std::optional(std::move(items[i + 1].text));
    }
  }
  return std::optional<std::string>();
}

Result<> Client::ensure(const std::string& mailbox) {
  const auto name = quoted(mailbox_name(mailbox));
  const auto answer = TRY(demand(fmt::format("LIST \"\" {}", name), "to list mailboxes"));
  const bool there =
      std::ranges::any_of(answer.responses, [](const Response& response) { return response.word == "LIST"; });
  if (there) return {};
  const auto made = TRY(ask(fmt::format("CREATE {}", name)));
  if (made.status.word == "OK" || made.status.code == "ALREADYEXISTS") return {};
  return error(ErrorKind::config,
               fmt::format("the mailbox \"{}\" cannot be made: {}", base::printable(mailbox),
                           base::excerpt(made.status.text, kMaxSaid)),
               "make it, or name another: reports.imap_done_mailbox, reports.imap_aside_mailbox");
}

Result<> Client::move(const std::vector<std::uint32_t>& uids, const std::string& mailbox) {
  if (uids.empty()) return {};
  const auto set = uid_set(uids);
  const auto name = quoted(mailbox_name(mailbox));
  if (has("MOVE")) {
    TRY(demand(fmt::format("UID MOVE {} {}", set, name), "to move messages"));
    return {};
  }
  TRY(demand(fmt::format("UID COPY {} {}", set, name), "to copy messages"));
  TRY(demand(fmt::format("UID STORE {} +FLAGS.SILENT (\\Deleted)", set), "to flag messages"));
  if (has("UIDPLUS")) TRY(demand(fmt::format("UID EXPUNGE {}", set), "to take messages away"));
  return {};
}

Result<> Client::add_keyword(const std::vector<std::uint32_t>& uids, const std::string& keyword) {
  if (uids.empty()) return {};
  TRY(demand(fmt::format("UID STORE {} +FLAGS.SILENT ({})", uid_set(uids), keyword), "to flag messages"));
  return {};
}

Result<bool> Client::idle(std::chrono::milliseconds most) {
  if (news_) return true;
  const auto until = Clock::now() + std::min<std::chrono::milliseconds>(most, kMaxIdle);
  const auto tag = next_tag();
  TRY(send(fmt::format("{} IDLE\r\n", tag)));
  bool waiting = false;
  while (!waiting) {
    const auto response = TRY(hear_one());
    waiting = response.kind == Response::Kind::proceed;
    if (response.kind == Response::Kind::tagged) return refused(response, "IDLE");
  }
  while (!news_ && Clock::now() < until) {
    const auto response = TRY(hear(until));
    if (response && response->kind == Response::Kind::tagged) return refused(*response, "to go on with IDLE");
  }
  TRY(send("DONE\r\n"));
  const auto answer = TRY(finish(tag));
  if (answer.status.word != "OK") return refused(answer.status, "IDLE");
  return news_;
}

Result<bool> Client::poll() {
  TRY(demand("NOOP", "NOOP"));
  return news_;
}

void Client::close() {
  server_.timeout = std::min(server_.timeout, std::chrono::milliseconds(2'000));
  const auto tag = next_tag();
  if (!send(fmt::format("{} LOGOUT\r\n", tag))) return;
  // Its goodbye, or none.
  if (const auto said = hear(Clock::now() + server_.timeout); !said) return;
}

}  // namespace rampart::net::imap
