#include "audit/known.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "auth/registration.h"
#include "dns/domain.h"

namespace rampart::audit {

std::string why_unknown(const facts::Answer& answer) {
  std::string why(facts::describe(answer.why()));
  if (!answer.detail().empty()) why.append(": ").append(answer.detail());
  return why;
}

Evidence evidence_of(const facts::Answer& answer, const dns::Name& name, dns::RrType type,
                     std::string_view record) {
  Evidence evidence;
  evidence.text = fmt::format("{} {}", name.text(), dns::to_string(type));
  evidence.record = record;
  if (answer.open()) return evidence;
  evidence.server = answer.server();
  if (answer.unknown()) evidence.why = why_unknown(answer);
  return evidence;
}

bool is_takeover(std::string_view code) {
  constexpr std::array<std::string_view, 5> kCodes{"spf-dangling-include", "subdomain-takeover",
                                                   "dkim-takeover", "spf-ptr-suffix",
                                                   "dmarc-suffix-organizational"};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

std::optional<Takeover> alias_takeover(const facts::Answer& answer, const dns::Name& domain,
                                       facts::Facts& facts) {
  const auto aliases = answer.aliases();
  if (answer.presence() != facts::Presence::no_name || aliases.empty()) return std::nullopt;
  const auto found = auth::look_up_registration(aliases.back(), dns::registered_domain(domain), facts);
  if (!found || found->state == auth::Registration::State::taken) return std::nullopt;
  const bool open = found->state == auth::Registration::State::open;
  return Takeover{
      .name = answer.name(),
      .trusts = aliases.back().text(),
      .by = Takeover::By::alias,
      .registrable = found->domain,
      .open = open ? Known::yes : Known::unknown,
      .evidence = {fmt::format("{} CNAME {}", answer.name().text(), aliases.back().text()),
                   {},
                   answer.open() ? std::string() : std::string(answer.server()),
                   open ? std::string() : fmt::format("whether {} is registered", found->domain.text())}};
}

}  // namespace rampart::audit
