#include "server/serve/notices.h"

#include "accounts/notice.h"
#include "base/text.h"
#include "mail/compose.h"
#include "net/outgoing.h"
#include "server/setup/mail_relay.h"
#include "server/setup/store_url.h"

namespace rampart::server {
namespace {

using accounts::Notice;
using base::Result;

// Our own.
constexpr std::chrono::minutes kEvery{1};

Result<std::string> mail_of(const Notice& notice, const std::string& from, const std::vector<std::string>& to,
                            const std::string& public_url) {
  std::vector<mail::Mailbox> people;
  for (const auto& address : to) people.push_back({.name = {}, .address = address});
  return mail::compose(
      {.from = {.name = "Rampart", .address = from},
       .to = std::move(people),
       .subject = "Rampart: a change of accounts",
       .date = base::now(),
       .message_id = fmt::format("notice.{}@{}", notice.id, from.substr(from.rfind('@') + 1)),
       .language = "en",
       .text = fmt::format("{}\n\n{}\n", accounts::text_of(notice), public_url),
       .html = {},
       .attachments = {},
       .fields = {}});
}

Result<> send(const base::Config& config, const std::string& public_url) {
  auto database = TRY(store::Database::open(TRY(store_url(config))));
  accounts::Notices notices(database);
  const auto waiting = TRY(notices.unmailed());
  if (waiting.empty()) return {};
  const auto from = TRY(mail::parse_address(config.text("watch.mail_from")));
  const auto server = TRY(mail_relay(config, "watch.mail_", "a notice", from));
  for (const auto& [notice, to] : waiting) {
    if (!to.empty()) {
      const auto handing = net::smtp_send(server, from, to, TRY(mail_of(notice, from, to, public_url)));
      if (handing.how != net::Handed::accepted && handing.how != net::Handed::refused)
        return base::fail(base::ErrorKind::unavailable, handing.why, {}, "watch.mail_server");
    }
    TRY(notices.note_mailed(notice.id));
  }
  return {};
}

}  // namespace

void add_notices(Parts& parts, const base::Config& config, const std::string& public_url) {
  if (config.text("watch.mail_server").empty() || config.text("watch.mail_from").empty()) return;
  parts.add_periodic("notices", {.first = kEvery, .every = kEvery},
                     [&config, public_url](Part&) { return send(config, public_url); });
}

}  // namespace rampart::server
