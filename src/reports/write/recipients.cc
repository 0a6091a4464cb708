#include "reports/write/recipients.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/text.h"
#include "mail/compose.h"

namespace rampart::reports {
namespace {

using dmarc::Destination;
using Authorisation = Destination::Authorisation;

constexpr std::size_t kShown = 200;  // bytes of a URI

class Choice {
 public:
  void take(const Destination& destination) {
    const auto& uri = destination.uri;
    if (!uri.valid) return leave(uri, "it is malformed");
    if (uri.scheme != "mailto") return leave(uri, fmt::format("{}: has no way to take reports", uri.scheme));
    switch (destination.authorisation) {
      case Authorisation::same_organization:
      case Authorisation::authorised:
        break;
      case Authorisation::unknown:
        return leave(uri, destination.why, true);
      case Authorisation::unauthorised:
      case Authorisation::overridden_away:
      case Authorisation::not_applicable:
        return leave(uri, destination.why);
    }
    // Unknown is not no: then the mail waits in the queue, as any other.
    if (destination.receives == Destination::Receives::no) return leave(uri, destination.receives_why);
    if (destination.override_uris.empty()) return add(uri);
    for (const auto& instead : destination.override_uris) {  // section 4 step 9
      if (instead.scheme == "mailto") add(instead);
    }
  }

  Recipients result() && { return std::move(out_); }

 private:
  void leave(const dmarc::Uri& uri, std::string why, bool later = false) {
    out_.not_sent.push_back({.uri = base::excerpt(uri.text, kShown), .why = std::move(why), .later = later});
  }

  void add(const dmarc::Uri& uri) {
    const auto address = mail::parse_address(uri.address);
    if (!address) return leave(uri, address.error().what);
    if (std::ranges::find(out_.to, *address) != out_.to.end()) return;
    if (out_.to.size() == kMaxRecipients)
      return leave(uri, fmt::format("a report goes to {} addresses at most", kMaxRecipients));
    out_.to.push_back(*address);
  }

  Recipients out_;
};

}  // namespace

bool Recipients::undetermined() const { return std::ranges::any_of(not_sent, &NotSent::later); }

Recipients recipients(const dns::Name& policy_domain, const std::vector<std::string>& rua,
                      facts::Facts& facts, dmarc::ReportKind kind) {
  auto record = std::make_shared<dmarc::Record>();
  std::vector<auth::Fault> faults;
  auto& uris = kind == dmarc::ReportKind::aggregate ? record->rua : record->ruf;
  for (const auto& uri : rua) {
    if (uris.size() == dmarc::kMaxUris) break;
    uris.push_back(dmarc::parse_uri(base::trim(uri), 0, faults));
  }
  Choice choice;
  for (const auto& destination : dmarc::check_destinations({policy_domain, record}, kind, facts))
    choice.take(destination);
  return std::move(choice).result();
}

}  // namespace rampart::reports
