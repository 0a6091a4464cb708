#include "server/setup/mail_file.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::size_t kMessageQuestions =
    500;  // more than all signatures, sets and walks of a message ask; our own

// What SMTP could have carried: no white space or control characters (RFC 5321 section 4.1.1.1), and a sender with a domain.
Result<> check_words(const auth::Envelope& envelope) {
  const auto is_bad = [](std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
  };
  if (is_bad(envelope.helo))
    return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no name", base::printable(envelope.helo)),
                      "--helo", "such as mail.bank.example, or [192.0.2.1]");
  const auto sender = envelope.mail_from.value_or(std::string());
  const auto at = sender.rfind('@');
  if (sender.empty() || (at != std::string::npos && at + 1 < sender.size() && !is_bad(sender.substr(at + 1))))
    return {};
  return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no address", base::printable(sender)),
                    "--mail-from", "such as news@bank.example, or \"\" for a bounce");
}

}  // namespace

Result<std::unique_ptr<Mail>> parse_mail(std::string bytes, const std::string& where) {
  auto out = std::make_unique<Mail>();
  out->bytes = std::move(bytes);
  auto message = mail::Message::parse(out->bytes);
  if (!message) {
    auto error = message.error();
    error.where = where;
    return std::unexpected(std::move(error));
  }
  out->message = *std::move(message);
  // A verdict on what is no message would be taken for one on a message.
  if (out->message.header.fields.empty())
    return base::fail(ErrorKind::input,
                      out->bytes.empty() ? "it is empty" : "it is no message: no header field is in it",
                      where, "give a message as it was received, its header first (an .eml file)");
  return out;
}

Result<std::unique_ptr<Mail>> read_mail(const std::string& path) {
  auto bytes = TRY(base::read_file(path, kMaxMail));
  return parse_mail(std::move(bytes), path == "-" ? "standard input" : base::printable(path));
}

std::string with_fields(std::string fields, std::string_view bytes) {
  if (bytes.find("\r\n") == std::string_view::npos) std::erase(fields, '\r');
  const auto line_of = [](std::string_view text) {
    const auto end = text.find('\n');
    return text.substr(0, end == std::string_view::npos ? end : end + 1);
  };
  // An mbox's line stays the first.
  std::string out;
  if (bytes.starts_with("From ") && mail::is_mbox_line(line_of(bytes))) {
    out = line_of(bytes);
    bytes.remove_prefix(out.size());
  }
  // A line that continues no field of its own would continue ours.
  while (!bytes.empty() && base::is_wsp(bytes.front())) bytes.remove_prefix(line_of(bytes).size());
  return out.append(fields).append(bytes);
}

Result<auth::Envelope> envelope_of(const EnvelopeOptions& options) {
  auth::Envelope out{.ip = std::nullopt, .helo = options.helo, .mail_from = options.mail_from};
  // As SMTP and logs write it; "<>" is that of a bounce (RFC 5321 section 4.1.2).
  if (auto& sender = out.mail_from; sender && sender->starts_with('<') && sender->ends_with('>'))
    sender = sender->substr(1, sender->size() - 2);
  TRY(check_words(out));
  if (!options.ip) {
    if (options.mail_from || !options.helo.empty())
      return base::fail(ErrorKind::usage, "--helo and --mail-from say nothing without the client's address",
                        {}, "add --ip ADDRESS");
    return out;
  }
  out.ip = base::IpAddress::parse(*options.ip);
  if (!out.ip)
    return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no IP address", base::printable(*options.ip)),
                      "--ip");
  if (!options.mail_from && options.helo.empty())
    return base::fail(ErrorKind::usage, "SPF needs to know who sends", {},
                      "add --mail-from ADDRESS (\"\" for a bounce), or --helo NAME");
  return out;
}

facts::DriveOptions drive_options(const base::Config& config) {
  facts::DriveOptions out;
  // A setting that saves questions of an audit lets nobody use them up with a message.
  out.max_questions =
      std::max(kMessageQuestions, static_cast<std::size_t>(config.integer("dns.questions_per_domain")));
  out.time_limit = std::chrono::ceil<std::chrono::seconds>(config.duration("dns.time_per_domain"));
  return out;
}

Result<audit::Asked<auth::Authentication>> authenticate(const Mail& mail, const auth::Envelope& envelope,
                                                        const audit::Lane& lane, base::Time now,
                                                        const base::Config& config) {
  const auto keys = std::make_shared<dkim::KeyCache>();  // both kept alive by an answer that comes late
  const auto work = std::make_shared<auth::Authenticator>(mail.message, envelope, *keys);
  return audit::ask_lane<auth::Authentication>(
      lane, drive_options(config), {},
      [work, keys, now](facts::Facts& facts) { return work->run(facts, now); });
}

}  // namespace rampart::server
