#include "reports/trust/origin.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/results_parse.h"
#include "base/text.h"
#include "dns/domain.h"
#include "mail/domain_part.h"
#include "mail/providers/registry.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kShownName = 100;  // bytes of what a report calls itself

Belief doubt(std::string why) { return {.trust = Trust::unverified, .why = std::move(why)}; }
Belief not_known(std::string why) {
  auto out = doubt(std::move(why));
  out.undetermined = true;
  return out;
}

std::optional<dns::Name> name_of(std::string_view text) {
  const auto parsed = dns::parse_domain(text);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

// As `forged_results` takes ids for ours.
bool is_one_of(std::string_view id, const std::vector<std::string>& ours) {
  return std::ranges::any_of(ours, [&](const std::string& own) {
    if (base::iequals(id, own)) return true;
    const auto theirs = name_of(id);
    return theirs && theirs == name_of(own);
  });
}

std::string_view property(const auth::ReadResult& result, std::string_view name) {
  for (const auto& one : result.properties) {
    if (one.type == "header" && one.name == name) return one.value;
  }
  return {};
}

// Who sends reports from there, as far as the registry knows.
mail::Registry::Match known_reporter(const dns::Name& name) {
  return mail::built_in_registry().find(mail::MarkKind::reports, name.text());
}

// Whether the organisation of `author` is that of `speaker`, too.
dmarc::Aligned same_organisation(const dns::Name& author, const std::optional<dns::Name>& organisation,
                                 const dns::Name& speaker, facts::Facts& facts) {
  if (speaker == author || (organisation && speaker == *organisation)) return dmarc::Aligned::yes;
  // Yahoo's come from dmarc.yahoo.com and name an address in yahooinc.com.
  if (const auto known = known_reporter(author); known && known.provider == known_reporter(speaker).provider)
    return dmarc::Aligned::yes;
  const auto walked = dmarc::walk(speaker, facts);
  const auto theirs = dmarc::organizational_domain(walked);
  if (!organisation || !theirs) return dmarc::Aligned::unknown;
  return *theirs == *organisation ? dmarc::Aligned::yes : dmarc::Aligned::no;
}

}  // namespace

std::optional<dns::Name> domain_of(const Speaker& speaker, std::string& fault) {
  if (!speaker.names_itself) return std::nullopt;
  if (speaker.email.empty()) {
    // "Yahoo! Inc." names nobody; "google.com" does, and stands for its reports where they name no address.
    auto name = name_of(speaker.organisation);
    if (name && name->label_count() < 2) name.reset();
    if (!name) fault = "its report names no domain that it comes from";
    return name;
  }
  auto name = name_of(mail::behind_at(speaker.email));
  if (!name)
    fault = fmt::format("its report names an address that is none (\"{}\")",
                        base::excerpt(speaker.email, kShownName));
  return name;
}

MailOrigin::MailOrigin(std::string_view mail, dkim::KeyCache& keys, OriginOptions options)
    : bytes_(mail), options_(std::move(options)) {
  auto message = mail::Message::parse(bytes_);
  if (!message) {
    fault_ = message.error().what;
    return;
  }
  message_ = *std::move(message);
  index_.emplace(message_.header);
  check_.emplace(message_, *index_, keys);
  verifier_.emplace(*check_);
  author_ = mail::read_author(message_.header);
  if (author_.fields == 0) {
    fault_ = "its mail has no From field";
  } else if (!author_.fault.empty() || author_.domains.size() != 1) {
    fault_ =
        fmt::format("its mail names no single author{}{}", author_.fault.empty() ? "" : ": ", author_.fault);
  }
}

std::optional<dns::Name> MailOrigin::author() const {
  return fault_.empty() ? std::optional(author_.domains.front()) : std::nullopt;
}

// Absent, or there and revoked; and the mail is old enough for that.
bool MailOrigin::key_is_gone(const dkim::Checked& checked, facts::Facts& facts, base::Time now) const {
  if (checked.result != dkim::Result::permerror || !checked.signature->fault.empty()) return false;
  if (options_.received && *options_.received > now - kBacklog) return false;
  const auto selector = dkim::read_selector(facts.ask(checked.signature->key_name, dns::RrType::txt));
  if (selector.state == dkim::Selector::State::absent) return true;
  return selector.state == dkim::Selector::State::present && !selector.keys.empty() &&
         std::ranges::all_of(selector.keys, &dkim::KeyRecord::revoked);
}

std::vector<MailOrigin::Voucher> MailOrigin::signatures(facts::Facts& facts, base::Time now,
                                                        dkim::Service service) {
  // A signature has to hold when the mail came, not when it is read (RFC 6376 section 3.5, x=).
  const auto then = options_.received ? std::min(*options_.received, now) : now;
  std::vector<Voucher> out;
  for (const auto& checked : verifier_->results(facts, then, service)) {
    if (!checked.signature->fault.empty()) continue;
    auto& voucher = out.emplace_back();
    voucher.domain = checked.signature->domain;
    voucher.why = checked.why;
    if (checked.passes()) {
      voucher.state = Voucher::State::holds;
    } else if (checked.result == dkim::Result::temperror) {
      voucher.state = Voucher::State::unknown;
    } else if (key_is_gone(checked, facts, now)) {
      voucher.state = Voucher::State::key_gone;
    }
  }
  return out;
}

// What our own server found: the topmost field, and no other, as below it stands whatever the mail brought along. A header in
// which another reader finds more such fields than we do is believed in nothing.
std::vector<MailOrigin::Voucher> MailOrigin::reception(const dns::Name& author) const {
  const auto fields = index_->find("Authentication-Results");
  if (options_.authserv_ids.empty() || fields.empty() || !message_.header.like_results.empty()) return {};
  const auto field = auth::parse_results(message_.header.fields[fields.front()].value);
  if (!field.fault.empty() || !is_one_of(field.authserv_id, options_.authserv_ids)) return {};
  std::vector<Voucher> out;
  const auto add = [&](std::string_view domain, std::string_view method) {
    const auto name = name_of(mail::behind_at(domain));
    if (!name) return;
    out.push_back({.domain = *name,
                   .state = Voucher::State::holds,
                   .why = fmt::format("{} found {}=pass for {} when it came",
                                      base::printable(field.authserv_id), method, name->text())});
  };
  for (const auto& result : field.results) {
    if (result.result != "pass") continue;
    if (result.method == "dkim") {
      const auto domain = property(result, "d");
      add(domain.empty() ? property(result, "i") : domain, "dkim");
    } else if (result.method == "dmarc" && name_of(mail::behind_at(property(result, "from"))) == author) {
      add(property(result, "from"), "dmarc");
    }
  }
  return out;
}

Belief MailOrigin::judge(const Speaker& speaker, facts::Facts& facts, base::Time now) {
  if (!fault_.empty()) return doubt(fault_);
  std::string fault;
  const auto speaks = domain_of(speaker, fault);
  if (!fault.empty()) return doubt(std::move(fault));
  const auto& author = author_.domains.front();

  auto vouchers = signatures(facts, now, speaker.of_tls ? dkim::Service::tlsrpt : dkim::Service::email);
  for (auto& voucher : reception(author)) vouchers.push_back(std::move(voucher));
  if (vouchers.size() > dmarc::kMaxIdentities) vouchers.resize(dmarc::kMaxIdentities);
  if (facts.pending()) return {};
  // Nobody vouches for it, so whose domains they are is not asked: name servers of its sender's choice would have to answer.
  const auto vouches = [](const Voucher& voucher) { return voucher.state != Voucher::State::broken; };
  if (std::ranges::none_of(vouchers, vouches))
    return doubt(vouchers.empty() ? "its mail has no signature that can be read" : vouchers.front().why);
  // Each as if it had passed: what is asked here is only whose domain it is.
  dmarc::Input input{.author = author, .spf = std::nullopt, .dkim = {}};
  for (const auto& voucher : vouchers) input.dkim.push_back({voucher.domain, dmarc::Check::pass});
  const auto verdict = dmarc::evaluate(input, facts);
  const auto& organisation = verdict.organizational_domain;
  const auto speaking =
      speaks ? same_organisation(author, organisation, *speaks, facts) : dmarc::Aligned::yes;
  if (facts.pending()) return {};
  for (std::size_t i = 0; i < vouchers.size() && i < verdict.alignments.size(); ++i)
    vouchers[i].aligned = verdict.alignments[i].aligned;
  return conclude(vouchers, {.author = author,
                             .organisation = organisation,
                             .speaks = speaks.value_or(author),
                             .speaking = speaking,
                             .sender = author_.addresses.size() == 1 ? base::lower(author_.addresses.front())
                                                                     : std::string()});
}

Belief MailOrigin::conclude(const std::vector<Voucher>& vouchers, const Parties& parties) {
  using State = Voucher::State;
  const auto find = [&](State state, dmarc::Aligned aligned) -> const Voucher* {
    const auto found = std::ranges::find_if(vouchers, [&](const Voucher& voucher) {
      return voucher.state == state && voucher.aligned == aligned;
    });
    return found == vouchers.end() ? nullptr : &*found;
  };
  const auto foreign = fmt::format("its mail comes from {}, and its report speaks for {}",
                                   parties.author.text(), parties.speaks.text());
  if (parties.speaking == dmarc::Aligned::no) return doubt(foreign);
  if (const auto* voucher = find(State::holds, dmarc::Aligned::yes)) {
    if (parties.speaking == dmarc::Aligned::unknown || !parties.organisation)
      return not_known(fmt::format("the organisation of {} could not be found out", parties.speaks.text()));
    // Where strangers have addresses in the same organisation, only the From domain tells its reports from their mail.
    const auto known = known_reporter(parties.author);
    return {.trust = Trust::verified,
            .reporter = known ? std::string(known.mark) : parties.organisation->text(),
            .sender = parties.sender,
            .why = voucher->why};
  }
  if (const auto* voucher = find(State::unknown, dmarc::Aligned::yes)) return not_known(voucher->why);
  for (const auto state : {State::holds, State::unknown}) {
    if (const auto* voucher = find(state, dmarc::Aligned::unknown))
      return not_known(fmt::format("whether {} and {} are one organisation could not be found out",
                                   voucher->domain.text(), parties.author.text()));
  }
  if (const auto* voucher = find(State::key_gone, dmarc::Aligned::yes)) {
    auto out = doubt(voucher->why);
    out.trust = Trust::key_gone;
    return out;
  }
  if (const auto* voucher = find(State::holds, dmarc::Aligned::no))
    return doubt(fmt::format("its mail is signed by {}, and comes from {}", voucher->domain.text(),
                             parties.author.text()));
  if (vouchers.empty()) return doubt("its mail has no signature that can be read");
  return doubt(vouchers.front().why);
}

}  // namespace rampart::reports
