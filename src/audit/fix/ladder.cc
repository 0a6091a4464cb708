#include "audit/fix/ladder.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/catalogue.h"
#include "audit/fix/rungs.h"
#include "auth/spf/evaluate.h"
#include "auth/tags.h"
#include "base/text.h"

namespace rampart::audit::fix {
namespace {

std::vector<base::IpAddress> addresses_of(const facts::Answer& answer) {
  std::vector<base::IpAddress> out;
  for (const auto& record : answer.records()) {
    if (const auto address = base::IpAddress::from_bytes(answer.data(record))) out.push_back(*address);
  }
  return out;
}

// The addresses of a sender; an answer that is unknown leaves its reason in `unknown`.
std::vector<base::IpAddress> addresses(const LegitimateSender& sender, facts::Facts& facts,
                                       std::string& unknown) {
  if (sender.address) return {*sender.address};
  std::vector<base::IpAddress> out;
  for (const auto type : {dns::RrType::a, dns::RrType::aaaa}) {
    const auto& answer = facts.ask(sender.name, type);
    if (answer.unknown()) unknown = fmt::format("{}: {}", sender.text(), why_unknown(answer));
    for (const auto& address : addresses_of(answer)) out.push_back(address);
  }
  if (out.empty() && unknown.empty()) unknown = fmt::format("{} has no address", sender.text());
  return out;
}

SenderTally tally(const Input& input, const Owner& owner, facts::Facts& facts) {
  SenderTally out;
  if (!owner.senders) return out;
  const auto helo = input.domain.text();
  for (const auto& sender : *owner.senders) {
    bool passes = true;
    for (const auto& address : addresses(sender, facts, out.unknown)) {
      const auto outcome = spf::check_host(
          {.ip = address, .domain = input.domain, .local_part = "postmaster", .helo = helo, .now = input.now},
          facts);
      if (outcome.result == spf::Result::temperror)
        out.unknown = fmt::format("{}: {}", sender.text(), outcome.reason());
      passes = passes && outcome.result == spf::Result::pass;
    }
    if (!passes) out.failing.push_back(sender.text());
  }
  return out;
}

std::optional<Step> at(Rung rung, Ladder& ladder) {
  using Climb = std::optional<Step> (*)(Ladder&);
  constexpr Climb kSending[kRungs] = {rungs::keys,        rungs::spf,     rungs::watch,   rungs::reports,
                                      rungs::tls_reports, rungs::mta_sts, rungs::advised, rungs::np,
                                      rungs::subdomains,  rungs::sp,      rungs::p,       rungs::old_keys,
                                      rungs::hard_fail};
  constexpr Climb kSilent[kRungs] = {nullptr, rungs::no_sender, rungs::refuse_all, rungs::reports,    nullptr,
                                     nullptr, nullptr,          nullptr,           rungs::subdomains, nullptr,
                                     nullptr, nullptr,          rungs::park};
  const auto climb = (ladder.silent() ? kSilent : kSending)[static_cast<std::size_t>(rung)];
  return climb == nullptr ? std::nullopt : climb(ladder);
}

}  // namespace

std::string with_policy(std::string_view record, std::string_view policy,
                        std::initializer_list<std::string_view> dropped) {
  constexpr std::string_view kPolicies[] = {"v", "p", "sp", "np", "t", "pct"};
  auto out = fmt::format("v=DMARC1; {}", policy);
  for (const auto& tag : auth::split_tags(record)) {
    const auto named = [&](std::string_view name) { return base::iequals(tag.name, name); };
    if (tag.name.empty() || std::ranges::any_of(kPolicies, named) || std::ranges::any_of(dropped, named))
      continue;
    out += fmt::format("; {}={}", tag.name, tag.value);
  }
  return out;
}

Step Ladder::step(const StepWords& words, std::string_view about) const {
  const auto domain = picture.domain.text();
  const std::array<std::string_view, 2> values = {domain, about};
  Step out;
  out.words = &words;
  out.title = fill(words.title, values);
  out.why = words.why;
  out.subject = picture.domain;
  out.by_word = silent();
  return out;
}

void Ladder::ask(Step step, const QuestionWords& question) {
  step.question = &question;
  step.sets.clear();
  asides.push_back(std::move(step));
}

void Ladder::refuse(Step step, std::string why) {
  step.refused = std::move(why);
  step.sets.clear();
  asides.push_back(std::move(step));
}

bool Ladder::found(std::string_view code) const {
  return std::ranges::any_of(report.findings, [&](const Finding& finding) {
    return finding.code == code && finding.status != FindingStatus::absent;
  });
}

bool Ladder::silent() const {
  if (owner.sends != Sends::unsaid) return owner.sends == Sends::no;
  // RFC 7505 section 4.2: a domain that takes no mail sends none; where it has SPF, that has the word.
  return picture.non_sending() || (picture.null_mx == Known::yes && picture.spf.state == SpfState::absent);
}

std::optional<RrSet> Ladder::current(const dns::Name& name, dns::RrType type, Step& step) {
  const auto& answer = facts.ask(name, type);
  if (answer.open()) return std::nullopt;
  if (answer.unknown()) {
    refuse(step,
           fmt::format("what stands at {} could not be looked up: {}", name.text(), why_unknown(answer)));
    return std::nullopt;
  }
  if (answer.has_aliases()) {
    refuse(step, fmt::format("{} is an alias for {}: make the change there, or take the alias away first",
                             name.text(), answer.aliases().back().text()));
    return std::nullopt;
  }
  RrSet set{name, type, {}, {}};
  for (const auto& record : answer.records()) {
    auto data = std::string(answer.data(record));
    if (type == dns::RrType::mx)
      data = fmt::format("{} {}", record.preference, full_text(answer.target(record)));
    if (type == dns::RrType::a || type == dns::RrType::aaaa)
      data = base::IpAddress::from_bytes(data).value_or(base::IpAddress()).text();
    set.before.push_back({std::move(data), record.strings});
  }
  set.after = set.before;
  return set;
}

std::optional<Step> Ladder::set_text(Step step, const std::optional<dns::Name>& name, std::string text,
                                     bool (*replaces)(std::string_view)) {
  if (!name) {
    refuse(std::move(step), "the name is too long for the record");
    return std::nullopt;
  }
  auto set = current(*name, dns::RrType::txt, step);
  if (!set) return std::nullopt;
  std::erase_if(set->after,
                [&](const SetRecord& record) { return replaces(record.data) || record.data == text; });
  const auto pieces = std::max<std::size_t>(1, (text.size() + kMaxString - 1) / kMaxString);
  set->after.push_back({std::move(text), static_cast<std::uint16_t>(pieces)});
  if (std::ranges::is_permutation(set->before, set->after)) return std::nullopt;
  step.sets.push_back(std::move(*set));
  return step;
}

Stand stand(const Input& input, const Owner& owner, Rung from, facts::Facts& facts) {
  const auto picture = look(input, facts);
  Stand out;
  out.report = assess(input, facts);
  out.senders = tally(input, owner, facts);
  if (facts.pending()) return out;
  const auto& mx = facts.ask(input.domain, dns::RrType::mx);
  for (const auto& record : mx.records()) {
    if (!mx.target(record).is_root()) out.mail_server = mx.target(record);
  }
  Ladder ladder{picture, out.report, owner, facts, out.asides};
  for (auto rung = static_cast<unsigned>(from); rung < kRungs; ++rung) {
    out.rung = static_cast<Rung>(rung);
    out.next = at(out.rung, ladder);
    if (out.next) break;
  }
  return out;
}

}  // namespace rampart::audit::fix
