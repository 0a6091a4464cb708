#include "reports/write/delivery.h"

#include <fmt/format.h>

#include "base/backoff.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::reports {
namespace {

using base::Time;
using net::Handed;

constexpr std::size_t kShown = 300;  // bytes of a server's answer

// The same for the same mail, so that many do not come back at one time.
std::uint64_t spread_of(std::string_view report, std::string_view recipient) {
  const auto digest = crypto::sha256(fmt::format("{} {}", report, recipient));
  return static_cast<unsigned char>(digest[0]) |
         static_cast<std::uint64_t>(static_cast<unsigned char>(digest[1])) << 8U;
}

std::string days_text(std::chrono::seconds time) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(time).count();
  return hours % 24 == 0 ? fmt::format("{} day{}", hours / 24, hours == 24 ? "" : "s")
                         : fmt::format("{} hour{}", hours, hours == 1 ? "" : "s");
}

}  // namespace

QueuedMail after_try(QueuedMail mail, const net::Handing& handing, Time now, const DeliveryRules& rules) {
  mail.why = base::excerpt(handing.why, kShown);
  mail.next_try = now;
  if (handing.how == Handed::accepted) {
    mail.state = MailState::sent;
    mail.why.clear();
  } else if (handing.how == Handed::refused) {
    mail.state = MailState::refused;
  } else if (handing.perhaps) {
    mail.state = MailState::unsure;
    mail.why = "no answer came behind its end, so that it has perhaps arrived: " + mail.why;
  } else if (now - mail.made >= rules.give_up_after) {
    mail.state = MailState::given_up;
    mail.why = fmt::format("after {}: {}", days_text(rules.give_up_after), mail.why);
  } else {
    mail.state = MailState::ready;
    mail.next_try =
        now + base::backoff(mail.attempts, spread_of(mail.report, mail.recipient), rules.retry_after);
  }
  return mail;
}

QueuedReport after_lookup(QueuedReport report, const Recipients& found, Time now,
                          const DeliveryRules& rules) {
  report.not_sent = found.not_sent;
  report.looked_up = now;
  report.next_lookup.reset();
  if (!found.undetermined()) return report;
  ++report.lookups;
  if (now - report.made < rules.give_up_after) {
    report.next_lookup =
        now + base::backoff(report.lookups, spread_of(report.cover.report_id, ""), rules.retry_after);
    return report;
  }
  for (auto& one : report.not_sent) {
    if (one.later) one.why = fmt::format("given up after {}: {}", days_text(rules.give_up_after), one.why);
    one.later = false;
  }
  return report;
}

base::Result<Delivered> deliver(Outbox& outbox, const Delivery& delivery) {
  Delivered out;
  for (auto mail : TRY(outbox.due(delivery.clock()))) {
    if (delivery.stop()) break;
    mail.state = MailState::sending;
    ++mail.attempts;
    TRY(outbox.save(mail));  // before the first byte leaves
    const auto handing = delivery.send(mail);
    mail = after_try(std::move(mail), handing, delivery.clock(), delivery.rules);
    TRY(outbox.save(mail));
    if (mail.state == MailState::sent) ++out.sent;
    if (handing.how == Handed::down) {
      out.down = base::excerpt(handing.why, kShown);
      break;
    }
  }
  return out;
}

}  // namespace rampart::reports
