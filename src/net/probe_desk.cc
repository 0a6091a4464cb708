#include "net/probe_desk.h"

#include <utility>

namespace rampart::net {
namespace {

using facts::Why;

const dns::Name& host_of(const facts::Question& question) {
  if (const auto* get = std::get_if<facts::HttpsGet>(&question)) return get->host;
  return std::get<facts::SmtpProbe>(question).host;
}

}  // namespace

ProbeDesk::ProbeDesk(boost::asio::io_context& io, facts::Provider& addresses, const ProbeOptions& options)
    : addresses_(addresses), guard_(options.allow_private) {
  if (options.https) https_ = std::make_unique<HttpsProber>(io, *options.https);
  if (options.smtp) smtp_ = std::make_unique<SmtpProber>(io, *options.smtp);
}

void ProbeDesk::ask(const facts::Question& question, Done done) {
  const bool https = std::holds_alternative<facts::HttpsGet>(question);
  if (https ? https_ == nullptr : smtp_ == nullptr) {
    return done(
        facts::unknown_fact(question, Why::not_asked, "probes of this kind are not enabled", base::now()));
  }
  const std::string key = facts::to_text(question);
  const auto now = Clock::now();
  if (const auto known = entries_.find(key); known != entries_.end()) {
    if (!known->second.fact) return known->second.waiting.push_back(std::move(done));
    if (known->second.until > now) return done(*known->second.fact);
  }
  if (entries_.size() >= kMaxRemembered) {
    std::erase_if(entries_, [](const auto& entry) { return entry.second.fact.has_value(); });
  }
  Entry& entry = entries_[key];
  entry = Entry{.question = question};
  entry.waiting.push_back(std::move(done));
  const dns::Name host = host_of(question);
  addresses_.ask({facts::DnsQuestion{host, dns::RrType::a}, facts::DnsQuestion{host, dns::RrType::aaaa}},
                 now + kAddressesWithin,
                 [self = self_, key, question](const std::vector<facts::Fact>& facts) {
                   if (*self == nullptr) return;
                   const auto* a = std::get<facts::AnswerPtr>(facts[0]).get();
                   const auto* aaaa = std::get<facts::AnswerPtr>(facts[1]).get();
                   if (a->type() != dns::RrType::a) std::swap(a, aaaa);  // facts come in any order
                   (*self)->probe(key, question, *a, *aaaa);
                 });
}

void ProbeDesk::probe(const std::string& key, const facts::Question& question, const facts::Answer& a,
                      const facts::Answer& aaaa) {
  const auto verdict = guard_.judge(host_of(question), a, aaaa);
  if (verdict.addresses.empty()) {
    return finish(key, facts::unknown_fact(question, verdict.why, verdict.detail, base::now()));
  }
  const auto back = [self = self_, key](auto answer) {
    if (*self != nullptr) (*self)->finish(key, facts::Fact(std::move(answer)));
  };
  if (const auto* get = std::get_if<facts::HttpsGet>(&question)) {
    https_->fetch(*get, verdict.addresses, back);
  } else {
    smtp_->probe(std::get<facts::SmtpProbe>(question), verdict.addresses, back);
  }
}

void ProbeDesk::finish(const std::string& key, const facts::Fact& fact) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  found->second.fact = fact;
  found->second.until = Clock::now() + kRemembered;
  for (const auto& done : std::exchange(found->second.waiting, {})) done(fact);
}

}  // namespace rampart::net
