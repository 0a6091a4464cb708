#include "guard/events/event_keys.h"

#include <set>

#include "base/text.h"
#include "mail/domain_part.h"

namespace rampart::guard {

std::vector<std::string_view> domain_and_above(std::string_view domain) {
  std::vector<std::string_view> out;
  while (!domain.empty() && out.size() <= kMaxParents) {
    const auto dot = domain.find('.');
    if (dot == std::string_view::npos && !out.empty()) break;
    out.push_back(domain);
    if (dot == std::string_view::npos) break;
    domain.remove_prefix(dot + 1);
  }
  return out;
}

std::vector<std::string_view> author_domains(std::string_view author) {
  std::vector<std::string_view> out;
  for (const auto part : base::split(author, ','))
    if (const auto domain = base::trim(part); !domain.empty()) out.push_back(domain);
  return out;
}

std::vector<std::string> keys_of(const Event& event) {
  std::set<std::string> out;
  const auto add = [&](std::string_view kind, std::string_view word) {
    if (!word.empty() && word.size() <= kMaxKeyBytes) out.insert(std::string(kind).append(word));
  };
  std::set<std::string> domains;
  std::size_t addresses = 0;
  for (const auto& recipient : event.recipients) {
    const auto address = base::lower(recipient);
    if (addresses++ < kMaxKeyAddresses) add("to ", address);
    if (domains.size() < kMaxKeyDomains) domains.insert(std::string(mail::domain_part(address)));
  }
  for (const auto& domain : domains) {
    if (!domain.empty()) add("to @", domain);
    for (const auto one : domain_and_above(domain)) add("in ", one);
  }
  std::size_t authors = 0;
  const auto author = base::lower(event.author);
  for (const auto domain : author_domains(author)) {
    if (authors++ == kMaxKeyDomains) break;
    add("of ", domain);
    for (const auto one : domain_and_above(domain)) add("in ", one);
  }
  const auto sender = base::lower(event.mail_from);
  add("from ", sender);
  if (const auto domain = mail::domain_part(sender); !domain.empty()) add("from @", domain);
  add("at ", event.client);
  if (event.answered != Action::accept) add("did ", to_string(event.answered));
  std::size_t causes = 0;
  const auto add_causes = [&](const std::vector<Cause>& all) {
    for (const auto& cause : all)
      if (causes++ < kMaxKeyCauses) add("why ", cause.code);
  };
  add_causes(event.causes);
  for (const auto& outcome : event.outcomes) add_causes(outcome.causes);
  return {out.begin(), out.end()};
}

}  // namespace rampart::guard
