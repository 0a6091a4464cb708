#include "auth/registration.h"

#include "dns/domain.h"

namespace rampart::auth {

std::optional<Registration> look_up_registration(const dns::Name& name, const std::optional<dns::Name>& own,
                                                 facts::Facts& facts) {
  const auto domain = dns::registered_domain(name);
  if (!domain || domain == own) return std::nullopt;
  const auto& soa = facts.ask(*domain, dns::RrType::soa);
  const auto& ns = facts.ask(*domain, dns::RrType::ns);
  using State = Registration::State;
  // One server that errs is not enough to call a domain free, and an alias is a registered name, wherever it
  // leads (RFC 6604 section 3).
  const bool gone = !soa.has_aliases() && !ns.has_aliases() && soa.presence() == facts::Presence::no_name &&
                    ns.presence() == facts::Presence::no_name;
  const auto state = gone                                      ? State::open
                     : soa.undetermined() || ns.undetermined() ? State::unknown
                                                               : State::taken;
  return Registration{state, *domain, facts::AnswerPtr(&soa), facts::AnswerPtr(&ns)};
}

}  // namespace rampart::auth
