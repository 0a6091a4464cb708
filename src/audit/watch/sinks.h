// Where what is told goes: each sink takes one parcel at a time and says how it ended. A sink keeps nothing; what it
// did not take stays in the outbox (outbox.h).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "audit/watch/event.h"
#include "net/outgoing.h"

namespace rampart::audit::watch {

enum class SinkKind : std::uint8_t { terminal, json, webhook, mail };
inline constexpr std::array<std::string_view, 4> kSinkNames{"terminal", "json", "webhook", "mail"};
std::string_view to_string(SinkKind kind);
std::optional<SinkKind> parse_sink(std::string_view text);

struct Parcel {
  std::int64_t number = 0;  // in the outbox, in the order of queueing
  SinkKind sink = SinkKind::terminal;
  std::string id;         // of its content; a mail's Message-ID
  std::string recipient;  // of a mail: an address
  std::string payload;    // as the sink takes it: text, a JSON object, a whole message
  base::Time queued{};
  unsigned attempts = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual net::Handing deliver(const Parcel& parcel) = 0;
};

using Print = std::function<base::Result<>(std::string_view)>;

// Prints the text, or the JSON object with a line end.
std::unique_ptr<Sink> print_sink(SinkKind kind, Print print);
// Appends lines to a file, and has them on the disk before they count as delivered. A line that a crash cut short
// is ended first.
std::unique_ptr<Sink> json_file_sink(std::string path);

struct WebhookOptions {
  net::HttpsTarget target;
  std::string secret;  // empty: nothing is signed
  std::function<base::Time()> clock = &base::now;
};
std::unique_ptr<Sink> webhook_sink(WebhookOptions options);
// "t=1764147600,v1=HEX": HMAC-SHA256 with the secret over the time, a dot and the body.
std::string webhook_signature(std::string_view secret, base::Time time, std::string_view body);

struct MailOptions {
  net::SmtpServer server;
  std::string from;  // the envelope's; an address
};
std::unique_ptr<Sink> mail_sink(MailOptions options);

// Instead of webhook and mail: a file for each parcel, ID.eml or ID.json, and nothing is sent.
std::unique_ptr<Sink> folder_sink(std::string folder);

// A password or a key from a file that nobody but its owner can read; the line end behind it is dropped. Errors are
// of kind config.
base::Result<std::string> read_secret(const std::string& path);

}  // namespace rampart::audit::watch
