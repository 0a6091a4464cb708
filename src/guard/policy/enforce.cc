#include "guard/policy/enforce.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "dns/domain.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::array kEnforced{Action::quarantine, Action::tempfail, Action::reject};
constexpr std::size_t kMaxSignal = 64;  // octets; our own
constexpr unsigned kAll = 100;          // percent

std::unexpected<base::Error> wrong(std::string what) {
  return base::fail(ErrorKind::config, std::move(what), {}, "rampart config explain guard.enforce");
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSignal &&
         std::ranges::all_of(text, [](char c) { return base::is_alnum(c) || c == '-'; });
}

bool take_word(Enforcement& rule, std::string_view name, std::string_view value) {
  if (name == "to") {
    auto domain = dns::parse_domain(value);
    if (!domain) return false;
    rule.recipient = *std::move(domain);
    return true;
  }
  if (name == "action") {
    const auto found = std::ranges::find(kEnforced, value, [](Action action) { return to_string(action); });
    if (found == kEnforced.end()) return false;
    rule.action = *found;
    return true;
  }
  if (name == "signal") {
    rule.signal = value;
    return is_code(value);
  }
  if (name != "percent") return false;
  const auto number = base::parse_number(value);
  if (!number || *number == 0 || *number > kAll) return false;
  rule.percent = static_cast<unsigned>(*number);
  return true;
}

// How much is done; what is put off is so whatever else holds, and is never what another action becomes.
unsigned weight(Action action) { return action == Action::accept ? 0 : action == Action::quarantine ? 1 : 2; }

// What a rule makes of what is asked for, its recipient aside; accept where it does not cover that.
Action covered(const Enforcement& rule, const Ruling& asked, unsigned draw) {
  if (draw >= rule.percent * (kDraws / kAll)) return Action::accept;
  if (!rule.signal.empty() &&
      std::ranges::find(asked.causes, rule.signal, &Cause::code) == asked.causes.end())
    return Action::accept;
  if (!rule.action || *rule.action == asked.action) return asked.action;
  const bool milder = asked.action == Action::reject && *rule.action == Action::quarantine;
  return milder ? Action::quarantine : Action::accept;
}

// What is enforced, by the recipient's domain.
class Scope {
 public:
  Scope(const Ruling& asked, std::span<const Enforcement> rules, unsigned draw) {
    for (const auto& rule : rules) {
      const auto action = covered(rule, asked, draw);
      if (action == Action::accept) continue;
      if (!rule.recipient)
        everybody_ = stricter(everybody_, action);
      else
        some_.push_back({&*rule.recipient, action});
    }
  }

  Action of(std::string_view domain) {
    if (some_.empty()) return everybody_;
    if (const auto known = known_.find(domain); known != known_.end()) return known->second;
    auto out = everybody_;
    if (const auto name = dns::parse_domain(domain)) {
      for (const auto& [within, action] : some_)
        if (name->is_within(*within)) out = stricter(out, action);
    }
    known_.emplace(domain, out);
    return out;
  }

 private:
  static Action stricter(Action one, Action other) { return weight(one) < weight(other) ? other : one; }

  Action everybody_ = Action::accept;
  std::vector<std::pair<const dns::Name*, Action>> some_;
  std::map<std::string_view, Action> known_;
};

Ruling ruling_of(const Ruling& asked, Action action) {
  auto out = asked;
  if (action == asked.action) return out;
  out.action = action;
  out.code = 0;
  out.enhanced.clear();
  out.text.clear();
  if (action == Action::accept)
    out.causes.push_back({.code = "not-enforced",
                          .text = fmt::format("{} is not enforced yet for this recipient and message",
                                              to_string(asked.action)),
                          .section = {}});
  else
    out.causes.push_back({.code = "enforced-as-quarantine",
                          .text = "a reject is not enforced yet here, and is a quarantine",
                          .section = {}});
  return out;
}

}  // namespace

Result<Enforcement> parse_enforcement(std::string_view text) {
  Enforcement out;
  std::vector<std::string_view> seen;
  for (const auto word : base::split(base::trim(text), ' ')) {
    if (word.empty()) continue;
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    if (equals == std::string_view::npos || !take_word(out, name, word.substr(equals + 1)))
      return wrong(
          fmt::format("has \"{}\", which is no to=DOMAIN, action=quarantine|tempfail|reject, signal=CODE or "
                      "percent=1..100",
                      base::excerpt(word, 80)));
    if (std::ranges::find(seen, name) != seen.end())
      return wrong(fmt::format("says {}= twice: a rule for each", name));
    seen.push_back(name);
  }
  if (seen.empty()) return wrong("says nothing: to=, action=, signal= or percent= is needed");
  return out;
}

std::string format(const Enforcement& rule) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", name, value);
  };
  if (rule.recipient) add("to", rule.recipient->text());
  if (rule.action) add("action", to_string(*rule.action));
  if (!rule.signal.empty()) add("signal", rule.signal);
  if (rule.percent != kAll || out.empty()) add("percent", fmt::to_string(rule.percent));
  return out;
}

unsigned draw_of(const mail::Header& header, std::string_view mail_from) {
  // What a sender's server does not change from try to try; its own Received field may be new.
  constexpr std::array<std::string_view, 4> kSame{"Message-ID", "From", "Date", "Subject"};
  std::string text(mail_from);
  for (const auto name : kSame)
    for (const auto& field : header.fields)
      if (field.is(name)) text += fmt::format("\n{}:{}", name, base::trim(mail::unfold(field.value)));
  const auto digest = crypto::sha256(text);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < sizeof number && i < digest.size(); ++i)
    number = number << 8U | static_cast<unsigned char>(digest[i]);
  return number % kDraws;
}

Dispatch dispatch(const Ruling& asked, std::span<const std::string> recipients,
                  std::span<const Enforcement> rules, unsigned draw, bool may_remove) {
  Dispatch out;
  std::map<Action, std::vector<std::size_t>> by_action;
  if (recipients.empty() || rules.empty() || asked.action == Action::accept) {
    auto& all =
        by_action[recipients.empty() && !rules.empty() ? Scope(asked, rules, draw).of({}) : asked.action];
    for (std::size_t i = 0; i < recipients.size(); ++i) all.push_back(i);
  } else {
    Scope scope(asked, rules, draw);
    for (std::size_t i = 0; i < recipients.size(); ++i)
      by_action[scope.of(mail::domain_part(recipients[i]))].push_back(i);
  }
  std::vector<Ruling> rulings;
  for (auto& [action, numbers] : by_action) {
    rulings.push_back(ruling_of(asked, action));
    out.shares.push_back({.ruling = {}, .recipients = std::move(numbers)});
  }
  auto delivery = combine(std::move(rulings), may_remove);
  out.answer = delivery.answer;
  for (std::size_t i = 0; i < out.shares.size(); ++i)
    out.shares[i].ruling = std::move(delivery.recipients[i]);
  for (const auto& share : out.shares)
    if (share.ruling.action == out.answer && share.ruling.code != 0) out.refusal = share.ruling;
  return out;
}

std::vector<Action> actions_of(const Dispatch& done, std::size_t count) {
  std::vector<Action> out(count);
  for (const auto& share : done.shares)
    for (const auto number : share.recipients) out.at(number) = share.ruling.action;
  return out;
}

}  // namespace rampart::guard
