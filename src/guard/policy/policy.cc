#include "guard/policy/policy.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::guard {
namespace {

// By Action.
constexpr std::array<std::string_view, 4> kActionWords = {"accept", "quarantine", "tempfail", "reject"};

constexpr std::string_view kNotByPolicyAlone = "RFC 9989 section 7.4";

std::string author_of(const auth::Authentication& result) {
  if (result.author.domains.empty()) return "nobody that can be named";
  return dns::display(result.author.domains[std::min(result.decided_by, result.author.domains.size() - 1)]);
}

void add(Ruling& ruling, std::string code, std::string text, std::string_view section = {}) {
  ruling.causes.push_back({std::move(code), std::move(text), std::string(section)});
}

// Both mechanisms found something else than a pass, which is what 5.7.26 means (RFC 7372 section 3.3).
void set_reject(Ruling& ruling, const auth::Authentication& result) {
  ruling.action = Action::reject;
  ruling.code = 550;
  ruling.enhanced = "5.7.26";
  ruling.text = fmt::format("DMARC: not authenticated as {}, whose policy asks to reject it; {}",
                            author_of(result), ruling.causes.back().text);
}

// Whether SPF says that its record's owner forbids the client, in a record that ends in -all.
bool is_hard_fail(const auth::Authentication& result) {
  if (!result.spf || result.spf->outcome.result != spf::Result::fail) return false;
  auto words = std::string(result.spf->outcome.record_text());
  while (!words.empty() && words.back() == ' ') words.pop_back();
  return base::lower(words).ends_with("-all");
}

// A signature that holds, or might, and would be aligned.
bool has_aligned_signature(const auth::Authentication& result) {
  return std::ranges::any_of(result.domains, [](const auth::DmarcChecked& domain) {
    return std::ranges::any_of(domain.verdict.alignments, [](const dmarc::Alignment& one) {
      return one.method == dmarc::Alignment::Method::dkim && one.aligned != dmarc::Aligned::no;
    });
  });
}

// What else speaks against a message that fails p=reject; nothing when nothing does.
std::optional<Cause> second_fact(const Arrival& arrival, const OwnDomain* own) {
  const auto& result = *arrival.authentication;
  if (own != nullptr && own->enforced)
    return Cause{"second-fact-own-domain",
                 fmt::format("{} is a domain of ours, and this came from outside", dns::display(own->domain)),
                 {}};
  if (arrival.memory.passed_from_here == false)
    return Cause{"second-fact-never-seen",
                 fmt::format("mail of {} has never passed from this network", author_of(result)),
                 {}};
  if (is_hard_fail(result) && !has_aligned_signature(result))
    return Cause{"second-fact-spf-hard-fail",
                 fmt::format("{} publishes -all without this client, and no signature of its domain is there",
                             author_of(result)),
                 "RFC 7208 section 8.4"};
  return std::nullopt;
}

Ruling rule_fail(const Arrival& arrival, const OwnDomain* own, bool enforced) {
  const auto& result = *arrival.authentication;
  Ruling out;
  add(out, fmt::format("dmarc-{}", dmarc::to_string(result.policy)),
      fmt::format("{} asks to {} what is not authenticated: {}", author_of(result),
                  dmarc::to_string(result.policy), result.why),
      "RFC 9989 section 5.4");
  out.action = Action::quarantine;
  if (result.policy != dmarc::Policy::reject) return out;
  if (enforced) {
    add(out, "second-fact-local", "a local rule says that its policy is to be enforced");
    set_reject(out, result);
    return out;
  }
  if (has_list_trace(*arrival.header)) {
    add(out, "list-trace", "a list or a forwarder may have changed it on its way", kNotByPolicyAlone);
    return out;
  }
  if (auto fact = second_fact(arrival, own)) {
    out.causes.push_back(*std::move(fact));
    set_reject(out, result);
  } else {
    add(out, "no-second-fact", "nothing but its policy speaks for a reject", kNotByPolicyAlone);
  }
  return out;
}

// Own domains are protected whatever their record says: that is local policy, and named so.
Ruling rule_own(const Arrival& arrival, const OwnDomain& own) {
  Ruling out;
  const auto& result = *arrival.authentication;
  if (result.dmarc == dmarc::Result::pass) return out;
  add(out, own.enforced ? "own-domain" : "own-domain-monitor",
      fmt::format("it claims {}, a domain of ours, came from outside and is not authenticated: {}",
                  author_of(result), result.why));
  if (own.enforced) {
    out.action = Action::quarantine;
    out.override_type = "local_policy";
  }
  return out;
}

Ruling rule_temporary(const Arrival& arrival) {
  const auto& result = *arrival.authentication;
  Ruling out;
  const auto since = arrival.memory.deferred_since;
  add(out, "dmarc-temperror",
      fmt::format("it could not be found out whether it is from {}: {}", author_of(result), result.why));
  if (since && arrival.now - *since >= kMostDeferral) {
    add(out, "deferred-long-enough",
        fmt::format("it was put off for {} hours, and is decided without that now", kMostDeferral.count()));
    return out;
  }
  out.action = Action::tempfail;
  out.code = 451;
  out.enhanced = "4.7.0";
  out.text = "DMARC: it cannot be found out now who sent this; try again later";
  return out;
}

bool has_field(const mail::Header& header, std::string_view name) {
  return std::ranges::any_of(header.fields, [&](const mail::Field& field) { return field.is(name); });
}

// A From field that nobody can read to one author, whose domains' owners ask for something.
Ruling rule_malformed(const auth::Authentication& result) {
  Ruling out;
  add(out, "from-malformed", fmt::format("whom it is from cannot be said: {}", result.why),
      "RFC 9989 section 11.5");
  if (result.policy != dmarc::Policy::none) out.action = Action::quarantine;
  return out;
}

Ruling judge(const Arrival& arrival, const OwnDomain* own, bool enforced) {
  const auto& result = *arrival.authentication;
  if (result.dmarc == dmarc::Result::temperror) return rule_temporary(arrival);
  if (result.dmarc == dmarc::Result::fail && result.policy != dmarc::Policy::none)
    return rule_fail(arrival, own, enforced);
  if (own != nullptr) return rule_own(arrival, *own);
  if (result.dmarc == dmarc::Result::permerror) return rule_malformed(result);
  return {};  // what fails under p=none is treated as any other
}

void add_sender(Identities& out, const std::string& mail_from) {
  const auto at = mail_from.rfind('@');
  if (at == std::string::npos) return;
  out.addresses.push_back(base::lower(mail_from));
  if (auto domain = dns::parse_domain(std::string_view(mail_from).substr(at + 1)))
    out.domains.push_back(*std::move(domain));
}

void add_authors(Identities& out, const mail::Author& author) {
  for (const auto& address : author.addresses) out.addresses.push_back(base::lower(address));
  out.domains.insert(out.domains.end(), author.domains.begin(), author.domains.end());
}

// Whoever it says that it is.
ListHit find_blocked(const Arrival& arrival) {
  const auto& lists = arrival.local->lists;
  if (!lists || lists->block.empty()) return {};
  Identities of{.addresses = {}, .domains = {}, .client = arrival.client};
  add_sender(of, arrival.mail_from);
  add_authors(of, arrival.authentication->author);
  if (arrival.inspected != nullptr) {
    of.urls = arrival.inspected->link_keys;
    of.hashes = arrival.inspected->hashes;
  }
  return find_listed(lists->block, of, arrival.now);
}

// Whoever it is: a name on the list helps nobody who only uses it.
ListHit find_allowed(const Arrival& arrival) {
  const auto& lists = arrival.local->lists;
  if (!lists || lists->allow.empty()) return {};
  const auto& result = *arrival.authentication;
  Identities of{.addresses = {}, .domains = {}, .client = arrival.client};
  if (result.spf && !result.spf->by_helo && result.spf->outcome.result == spf::Result::pass)
    add_sender(of, arrival.mail_from);
  if (result.dmarc == dmarc::Result::pass) add_authors(of, result.author);
  return find_listed(lists->allow, of, arrival.now);
}

void set_blocked(Ruling& ruling, bool refused) {
  ruling.override_type = "local_policy";
  if (ruling.action == Action::reject) return;
  ruling.action = refused ? Action::reject : Action::quarantine;
  ruling.code = refused ? 550 : 0;
  ruling.enhanced = refused ? "5.7.1" : "";
  ruling.text =
      refused ? "this message is blocked here" : "";  // not by what, which is nobody else's business
}

// What its content comes to, and then what it is, which says who may release it.
void add_content(Ruling& ruling, const ContentJudged& content) {
  if (content.level == model::Level::tag) return add(ruling, "content-tagged", content.text_with_evidence());
  add(ruling, "content", content.text_with_evidence());
  const auto kind = content.kind();
  if (kind == "executive-impersonation")
    add(ruling, "executive-impersonation",
        "it uses the name of our organisation, of one of its people or of its domains, and comes from "
        "outside");
  if (kind == "lookalike") add(ruling, "lookalike", "it uses a name that is made to be taken for another's");
  if (kind == "bulk") add(ruling, "bulk", "nothing in it is known to do harm by itself");
}

// What of a message is not known that has to be.
enum class Unseen : std::uint8_t {
  nothing,
  listed,  // whether a block list names anything in it
  all,     // it ended whoever looked
  late,    // nobody could look now
  clamd,   // clamd says nothing of it now
};

// What could not be looked at is not what was looked at and is nowhere listed.
Unseen what_is_unseen(const Arrival& arrival) {
  if (arrival.clamd_must_say && arrival.clamd != nullptr && arrival.clamd->said == ClamdSaid::unknown &&
      arrival.clamd->why != ClamdWhy::too_large)
    return Unseen::clamd;
  if (arrival.inspected == nullptr) return Unseen::nothing;
  switch (arrival.inspected->extent) {
    case Extent::killed:
      return Unseen::all;
    case Extent::late:
      return Unseen::late;
    case Extent::part:
    case Extent::nothing:
      return arrival.local->name_content() ? Unseen::listed : Unseen::nothing;
    case Extent::all:
      break;
  }
  return Unseen::nothing;
}

Cause cause_of(Unseen unseen, const Arrival& arrival) {
  if (unseen == Unseen::clamd)
    return {"malware-unknown",
            fmt::format("whether it is malware cannot be said now: {}", arrival.clamd->text()),
            {}};
  const auto why = base::printable(arrival.inspected->fault);
  if (unseen == Unseen::late)
    return {"inspection-late", fmt::format("what it holds is not known yet: {}", why), {}};
  return {"inspection-failed",
          fmt::format("{}: {}",
                      unseen == Unseen::all ? "what it holds cannot be said"
                                            : "whether a block list names anything in it cannot be said",
                      why),
          {}};
}

// Put off as long as our own trouble may pass; then what nobody saw is kept where a list might name it, and let through where none does.
void rule_unseen(Ruling& ruling, Unseen unseen, const Arrival& arrival) {
  if (unseen != Unseen::late && unseen != Unseen::clamd) return set_blocked(ruling, false);
  if (ruling.action != Action::accept) return;
  const auto since = arrival.memory.deferred_since;
  if (since && arrival.now - *since >= kMostDeferral) {
    add(ruling, "deferred-long-enough",
        fmt::format("it was put off for {} hours, and is decided without that now", kMostDeferral.count()));
    if (unseen == Unseen::late && arrival.local->name_content()) set_blocked(ruling, false);
    return;
  }
  ruling.action = Action::tempfail;
  ruling.code = 451;
  ruling.enhanced = "4.3.2";  // RFC 3463 section 3.4: not accepting now
  ruling.text = "this message cannot be looked at now; try again later";
}

Ruling let_through(Ruling ruling, std::string_view override_type) {
  Ruling out;
  out.causes = std::move(ruling.causes);
  out.override_type = override_type;
  return out;
}

}  // namespace

std::string_view to_string(Action action) { return kActionWords[static_cast<std::size_t>(action)]; }

std::optional<Action> parse_action(std::string_view text) {
  const auto* const found = std::ranges::find(kActionWords, text);
  if (found == kActionWords.end()) return std::nullopt;
  return static_cast<Action>(found - kActionWords.begin());
}

void write_causes(base::JsonWriter& json, const std::vector<Cause>& causes) {
  json.key("causes").begin_array();
  for (const auto& cause : causes)
    json.begin_object()
        .member("code", cause.code)
        .member("text", cause.text)
        .member("section", cause.section)
        .end_object();
  json.end_array();
}

std::vector<Cause> read_causes(const boost::json::object& object) {
  std::vector<Cause> out;
  const auto* const causes = object.if_contains("causes");
  if (causes == nullptr || !causes->is_array()) return out;
  for (const auto& item : causes->get_array()) {
    if (!item.is_object()) continue;
    const auto& cause = item.get_object();
    out.push_back({.code = base::text_member(cause, "code"),
                   .text = base::text_member(cause, "text"),
                   .section = base::text_member(cause, "section")});
  }
  return out;
}

bool has_list_trace(const mail::Header& header) {
  constexpr std::array<std::string_view, 5> kTraces = {"List-Id", "List-Post", "Mailing-List", "X-BeenThere",
                                                       "ARC-Seal"};
  return std::ranges::any_of(kTraces, [&](std::string_view name) { return has_field(header, name); });
}

Ruling decide(const Arrival& arrival) {
  const auto& result = *arrival.authentication;
  const auto* own = find_own(*arrival.local, result);
  const auto* rule = find_override(*arrival.local, result, arrival.client, arrival.mail_from, arrival.now);
  const bool enforced = rule != nullptr && rule->says == Override::Says::enforce;
  auto out = judge(arrival, own, enforced);
  const auto blocked = find_blocked(arrival);
  if (blocked) add(out, "blocked", fmt::format("we block {}", blocked.text()));
  const auto unseen = blocked ? Unseen::nothing : what_is_unseen(arrival);
  if (unseen != Unseen::nothing) out.causes.push_back(cause_of(unseen, arrival));
  const auto level = arrival.content == nullptr ? model::Level::none : arrival.content->level;
  if (level != model::Level::none) {
    // The last cause is the one that decided.
    const auto decided = static_cast<std::ptrdiff_t>(out.action == Action::accept ? out.causes.size() : 0);
    Ruling content;
    add_content(content, *arrival.content);
    out.causes.insert(out.causes.begin() + decided, content.causes.begin(), content.causes.end());
  }
  const bool is_malware = arrival.clamd != nullptr && arrival.clamd->said == ClamdSaid::found;
  if (is_malware) add(out, "malware", fmt::format("ClamAV finds {} in it", arrival.clamd->name));
  const bool is_phish = level == model::Level::quarantine || is_malware;
  if (out.action == Action::accept && !blocked && unseen == Unseen::nothing && !is_phish) return out;
  if (rule != nullptr && rule->says == Override::Says::accept) {
    add(out, "override",
        fmt::format("a local rule of {} lets it through: {}", base::printable(rule->by),
                    base::printable(rule->reason)));
    return let_through(std::move(out), "local_policy");
  }
  // Whom we allow may be broken into: that lifts what is thought of him, not what a scanner knows of what he sends.
  if (const auto allowed = is_malware ? ListHit() : find_allowed(arrival)) {
    add(out, "allowed", fmt::format("we allow {}", allowed.text()));
    return let_through(std::move(out), "local_policy");
  }
  if (blocked) {
    set_blocked(out, arrival.local->reject_blocked);
    return out;
  }
  if (out.action == Action::quarantine || out.action == Action::reject) {
    if (const auto sealer = trusted_pass(*arrival.local, result, *arrival.header)) {
      add(out, "trusted-forwarder",
          fmt::format("{} is trusted, and says that it passed DMARC there", dns::display(*sealer)),
          "RFC 8617 section 7.2.1");
      out = let_through(std::move(out), "trusted_forwarder");
    }
  }
  // Who vouches for the author says nothing of what is in it.
  if (out.action == Action::reject || out.action == Action::tempfail) return out;
  if (is_phish)
    set_blocked(out, false);
  else if (unseen != Unseen::nothing)
    rule_unseen(out, unseen, arrival);
  return out;
}

Delivery combine(std::vector<Ruling> recipients, bool may_remove) {
  Delivery out{.answer = Action::accept,
               .kept_from = std::vector<bool>(recipients.size()),
               .recipients = std::move(recipients)};
  auto& each = out.recipients;
  if (each.empty()) return out;
  const auto all = [&](Action action) {
    return std::ranges::all_of(each, [&](const Ruling& ruling) { return ruling.action == action; });
  };
  const auto any = [&](Action action) {
    return std::ranges::any_of(each, [&](const Ruling& ruling) { return ruling.action == action; });
  };
  if (any(Action::tempfail)) {
    for (auto& ruling : each) {
      if (ruling.action == Action::tempfail) continue;
      add(ruling, "another-recipient", "another recipient's has to be tried again, so all are");
      ruling.action = Action::tempfail;
    }
    out.answer = Action::tempfail;
    return out;
  }
  if (all(Action::reject)) {
    out.answer = Action::reject;
    return out;
  }
  for (auto& ruling : each) {
    if (ruling.action != Action::reject) continue;
    add(ruling, "another-recipient",
        "others get the message, so it is kept from this one in place of a reject");
    ruling.action = Action::quarantine;
  }
  const bool kept = any(Action::quarantine);
  for (std::size_t i = 0; i < each.size(); ++i) {
    if (kept && !may_remove && each[i].action == Action::accept) {
      add(each[i], "cannot-remove", "the MTA lets no recipient be removed, so it is kept from all");
      each[i].action = Action::quarantine;
    }
    out.kept_from[i] = each[i].action == Action::quarantine;
  }
  out.answer = all(Action::quarantine) ? Action::quarantine : Action::accept;
  return out;
}

}  // namespace rampart::guard
