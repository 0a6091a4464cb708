#include "server/guard/digest_run.h"

#include <fmt/ranges.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "guard/digest/settings.h"
#include "mail/compose.h"
#include "server/guard/guard_settings.h"
#include "server/guard/release_key.h"
#include "server/setup/mail_relay.h"
#include "server/setup/store_url.h"
#include "store/lease.h"

namespace rampart::server {
namespace {

using base::ErrorKind;
using base::Result;
using Untold = guard::Quarantine::Untold;

constexpr std::string_view kNoStore = "the guard makes it: rampart guard --mode enforce";
constexpr std::size_t kMessageIdDigits = 32;

struct Outcome {
  std::string recipient;
  std::size_t messages = 0;
  std::string_view how;  // "sent", "not sent", "would be sent"
  std::string why;
  guard::WrittenDigest digest;
};

class Digests {
 public:
  Digests(const Host& host, const DigestRequest& request, const base::Config& config)
      : host_(host), request_(request), config_(config) {}

  Result<Ending> run() {
    settings_ = TRY(guard::read_digest_settings(config_));
    const auto guard_settings = TRY(server::guard_settings(config_));
    TRY(make_options());
    if (request_.send) {
      if (settings_.from.empty())
        return base::fail(ErrorKind::config, "a digest needs an address that it comes from",
                          "guard.digest_from", "add --from ADDRESS");
      server_ = TRY(mail_relay(config_, "guard.release_", "a digest", settings_.from));
    }
    auto database = TRY(open_known_store(config_, kNoStore));
    auto quarantine = TRY(open_quarantine(guard_settings, database));
    // Two at once would tell everybody twice.
    std::optional<store::Lease> lease;
    if (request_.send) lease.emplace(TRY(store::Lease::take(database, "quarantine-digest", base::now())));
    for (const auto& one : TRY(quarantine.untold(request_.since))) {
      if (host_.stop()) return base::fail(ErrorKind::unavailable, "interrupted");
      if (lease) TRY(lease->renew(base::now()));
      if (!guard::is_told(settings_, one.recipient)) {
        ++skipped_;
        continue;
      }
      if (!TRY(tell(quarantine, one))) break;
    }
    if (skipped_ != 0)
      host_.note(fmt::format("{} {} told of nothing: see guard.digest_to and guard.digest_skip", skipped_,
                             skipped_ == 1 ? "recipient is" : "recipients are"));
    TRY(host_.print(request_.json ? json() : text()));
    return ending_;
  }

 private:
  Result<> make_options() {
    options_ = {.language = settings_.language,
                .url = settings_.url,
                .key = nullptr,
                .until = base::now() + settings_.link_life};
    if (settings_.url.empty()) return {};
    auto key = TRY(link_key(config_));
    if (!key)
      return base::fail(ErrorKind::config, "links in digests need a key", "guard.release_key_file",
                        "rampart config explain guard.release_key_file");
    key_ = *std::move(key);
    options_.key = &key_;
    return {};
  }

  // False: nothing can be sent now.
  Result<bool> tell(guard::Quarantine& quarantine, const Untold& one) {
    std::vector<guard::KeptMessage> entries;
    for (const auto& id : std::span(one.ids).first(std::min(one.ids.size(), guard::kMostDigestEntries)))
      entries.push_back(TRY(quarantine.find(id)));
    auto& outcome = outcomes_.emplace_back();
    outcome.recipient = one.recipient;
    outcome.messages = one.ids.size();
    outcome.how = "would be sent";
    outcome.digest = guard::write_digest(one.recipient, entries, one.ids.size(), options_);
    if (!request_.send) return true;
    const auto handing =
        net::smtp_send(*server_, settings_.from, {one.recipient}, TRY(mail_of(one, outcome)));
    outcome.why = handing.why;
    if (handing.how == net::Handed::accepted) {
      // Behind the sending: what ends in between tells it once more, and forgets nothing.
      TRY(quarantine.note_told(one, base::now()));
      outcome.how = "sent";
      return true;
    }
    outcome.how = "not sent";
    ending_ =
        std::max(ending_, handing.how == net::Handed::refused ? Ending::findings : Ending::undetermined);
    return handing.how != net::Handed::down;
  }

  Result<std::string> mail_of(const Untold& one, const Outcome& outcome) const {
    // The same entries give the same id, by which a mail server knows a digest that comes again.
    const auto id = base::hex(crypto::sha256(fmt::format("{}\n{}", one.recipient, fmt::join(one.ids, "\n"))));
    return mail::compose({.from = {.name = {}, .address = settings_.from},
                          .to = {{.name = {}, .address = one.recipient}},
                          .subject = outcome.digest.subject,
                          .date = base::now(),
                          .message_id = fmt::format("digest.{}@{}", id.substr(0, kMessageIdDigits),
                                                    settings_.from.substr(settings_.from.rfind('@') + 1)),
                          .language = std::string(to_string(settings_.language)),
                          .text = outcome.digest.text,
                          .html = outcome.digest.html,
                          .attachments = {},
                          .fields = {}});
  }

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& one : outcomes_) {
      if (request_.send)
        out += fmt::format("{}: {}, {} {}{}{}\n", base::printable(one.recipient), one.how, one.messages,
                           one.messages == 1 ? "message" : "messages", one.why.empty() ? "" : ": ",
                           base::printable(one.why));
      else
        out += fmt::format("To: {}\nSubject: {}\n\n{}\n", base::printable(one.recipient), one.digest.subject,
                           one.digest.text);
    }
    return outcomes_.empty() ? std::string("There is nothing to tell.\n") : out;
  }

  [[nodiscard]] std::string json() const {
    std::string out;
    base::JsonWriter json(out, base::JsonStyle::pretty);
    json.begin_object().member("schema", "rampart.digests/1").key("digests").begin_array();
    for (const auto& one : outcomes_)
      json.begin_object()
          .member("recipient", one.recipient)
          .member("messages", static_cast<std::int64_t>(one.messages))
          .member("outcome", one.how)
          .member("why", one.why)
          .end_object();
    json.end_array().end_object();
    return out + '\n';
  }

  const Host& host_;
  const DigestRequest& request_;
  const base::Config& config_;
  guard::DigestSettings settings_;
  crypto::Secret key_;
  guard::DigestOptions options_;
  std::optional<net::SmtpServer> server_;
  std::vector<Outcome> outcomes_;
  std::size_t skipped_ = 0;  // recipients
  Ending ending_ = Ending::clean;
};

}  // namespace

Result<Ending> run_digests(const Host& host, const DigestRequest& request, const base::Config& config) {
  return Digests(host, request, config).run();
}

}  // namespace rampart::server
