#include "auth/spf/analyse.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "auth/registration.h"
#include "auth/spf/conclude.h"
#include "auth/spf/macro.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::spf {
namespace {

using facts::Answer;
using facts::AnswerPtr;
using Kind = Issue::Kind;

constexpr std::size_t kUsualRecords = 8;    // of one tree: room for them at once
constexpr int kMostCounted = 1'000'000;     // counts saturate here: shared subtrees can multiply
constexpr std::size_t kShownText = 80;      // characters of a stranger's text in a detail
constexpr std::size_t kLargeRecord = 450;   // octets; RFC 7208 section 3.4
constexpr std::size_t kLargeAnswer = 1200;  // octets of TXT data: what an EDNS reply of 1232 holds

int saturated(int a, int b) { return std::min(a + b, kMostCounted); }

// Where a term's domain-spec leads without knowing any message: only %{d} and %{o} are fixed.
std::optional<dns::Name> fixed_target(std::string_view spec, const dns::Name& domain,
                                      const dns::Name& sender) {
  if (spec.find('%') == std::string_view::npos) return plain_name(spec);
  for (const char letter : std::string_view("slihpvcrt")) {
    if (uses_macro(spec, letter)) return std::nullopt;
  }
  RawNameBuffer raw_domain;
  RawNameBuffer raw_sender;
  return expand_name(spec,
                     {.sender_domain = raw_text(sender, raw_sender), .domain = raw_text(domain, raw_domain)});
}

bool is_fixed(std::string_view spec) {
  return std::ranges::none_of(std::string_view("slihpvcrt"),
                              [&](char letter) { return uses_macro(spec, letter); });
}

// What a spec ends in behind its last macro, from a whole label on.
std::optional<dns::Name> fixed_ending(std::string_view spec) {
  const std::size_t macro = spec.rfind('%');
  const std::size_t dot = macro == std::string_view::npos ? macro : spec.find('.', spec.find('}', macro));
  if (dot == std::string_view::npos) return std::nullopt;
  return plain_name(spec.substr(dot + 1));
}

// How many character-strings the SPF record of an answer was joined from.
unsigned strings_of(const Answer& txt) {
  for (const facts::Record& record : txt.records()) {
    if (is_spf(txt.data(record))) return record.strings;
  }
  return 0;
}

class Analyser {
 public:
  Analyser(const dns::Name& domain, facts::Facts& facts, const AnalysisOptions& options)
      : domain_(domain), organisation_(dns::registered_domain(domain)), facts_(facts), options_(options) {}

  Analysis run() {
    out_.nodes.reserve(kUsualRecords);
    visit(domain_, true);
    if (!facts_.pending()) conclude(out_, options_);  // asks nothing, and a void run needs none of it
    return std::move(out_);
  }

 private:
  Node& node(std::size_t index) { return out_.nodes[index]; }

  Issue& report(Kind kind, std::size_t at, Span term = {}) {
    out_.issues.push_back({.kind = kind, .node = at, .term = term});
    return out_.issues.back();
  }

  // The record of `name`, analysed once; the index of its node. `authorises`: see Node.
  std::size_t visit(const dns::Name& name, bool authorises) {
    const std::size_t index = out_.nodes.size();
    const Answer& txt = facts_.ask(name, dns::RrType::txt);
    out_.nodes.push_back({.name = name, .txt = AnswerPtr(&txt), .authorises = authorises});
    if (txt.undetermined()) {
      node(index).complete = false;
      if (index == 0) report(Kind::record_unknown, 0).evidence = {AnswerPtr(&txt)};
      return index;
    }
    const Selected selected = select_record(txt);
    judge_txt(txt, selected, index);
    switch (selected.why) {
      case Reason::no_name:
        node(index).state = RecordState::no_name;
        break;
      case Reason::no_record:
        node(index).state = RecordState::none;
        break;
      case Reason::several_records:
        node(index).state = RecordState::several;
        report(Kind::several_records, index).evidence = {AnswerPtr(&txt)};
        break;
      default:
        node(index).text = selected.text;
        visit_record(parse(selected.text), index);
        break;
    }
    return index;
  }

  // TXT records that were meant as SPF, and sizes.
  void judge_txt(const Answer& txt, const Selected& selected, std::size_t at) {
    std::size_t octets = 0;
    for (const facts::Record& record : txt.records()) {
      const std::string_view text = txt.data(record);
      octets += text.size() + record.strings;
      if (is_spf(text)) continue;
      const std::string_view trimmed = base::trim(text.starts_with('"') ? text.substr(1) : text);
      const bool misplaced = base::istarts_with(trimmed, "v=spf") || base::istarts_with(trimmed, "spf1 ") ||
                             base::istarts_with(trimmed, "v = spf1");
      if (!misplaced && !base::istarts_with(text, "spf2.0/")) continue;
      Issue& issue = report(misplaced ? Kind::misplaced_version : Kind::sender_id, at);
      issue.detail = base::excerpt(text, kShownText);
      issue.evidence = {AnswerPtr(&txt)};
    }
    if (selected.why == Reason::no_record || selected.why == Reason::no_name) {
      if (at == 0) report(Kind::no_record, at).evidence = {AnswerPtr(&txt)};
      return;
    }
    if (at != 0) return;  // the size of other people's records is theirs to mind
    if (selected.text.size() > kLargeRecord || octets > kLargeAnswer) {  // RFC 7208 section 3.4
      Issue& issue = report(Kind::large, at);
      issue.number = selected.text.size() > kLargeRecord ? selected.text.size() : octets;
      issue.detail = selected.text.size() > kLargeRecord ? "the record" : "all TXT records of the name";
    }
  }

  void visit_record(const Record& record, std::size_t at) {
    node(at).state = record.valid() ? RecordState::record : RecordState::faulty;
    const unsigned strings = strings_of(*node(at).txt);
    for (const Fault& fault : record.faults) {
      Issue& issue = report(Kind::syntax, at, fault.span);
      issue.fault = fault.code;
      issue.detail = describe(fault.code);
      if (strings > 1) {  // section 3.3: a common slip at the border of two strings
        issue.detail += fmt::format(
            "; the record is {} strings joined with nothing between: is a space missing?", strings);
      }
    }
    path_.push_back(at);
    AddressSet undecided = AddressSet::everything();
    bool ended = false;
    std::size_t count = 0;
    for (const Term& term : record.terms) {
      if (++count > options_.max_terms) {
        too_much(at, term, fmt::format("more than {} terms", options_.max_terms));
        break;
      }
      if (term.is_modifier()) continue;
      if (ended) {
        report(Kind::after_all, at, term.span);
        continue;
      }
      const bool repeated = judge_repeats(record, term, at);
      visit_term(record, term, at, undecided, repeated);
      ended = term.kind == TermKind::all;
    }
    visit_modifiers(record, ended, at, undecided);
    if (!record.valid()) node(at).passes = {};  // permerror: nobody passes
    path_.pop_back();
  }

  void visit_term(const Record& record, const Term& term, std::size_t at, AddressSet& undecided,
                  bool repeated) {
    if (term.asks_dns()) node(at).lookups = saturated(node(at).lookups, 1);
    AddressSet matches;
    bool known = true;  // whether `matches` is all that the term matches
    switch (term.kind) {
      case TermKind::all:
        matches = AddressSet::everything();
        break;
      case TermKind::ip4:
      case TermKind::ip6:
        matches = AddressSet::of({term.address, term.kind == TermKind::ip4 ? term.prefix4 : term.prefix6});
        judge_width(term, at);
        break;
      case TermKind::include:
        known = visit_include(record, term, at, matches);
        break;
      case TermKind::ptr:
        judge_ptr(record, term, at);
        known = false;
        break;
      default:
        known = visit_hosts(record, term, at, matches);
        break;
    }
    if (facts_.pending()) return;  // what follows asks nothing, and a void run needs none of it
    if (known && !repeated && !matches.empty() && term.kind != TermKind::all &&
        undecided.intersection(matches).empty()) {
      report(Kind::shadowed, at, term.span);
    }
    node(at).complete = node(at).complete && known;
    if (term.qualifier == Qualifier::pass) {
      if (term.kind != TermKind::include && term.kind != TermKind::all && term.kind != TermKind::exists) {
        for (const Network& network : matches.networks()) node(at).networks.push_back(network);
      }
      node(at).passes.add(undecided.intersection(matches));
    }
    undecided.subtract(matches);
    if (undecided.size() > options_.max_ranges || node(at).passes.size() > options_.max_ranges) {
      too_much(at, term, fmt::format("more than {} address ranges", options_.max_ranges));
      node(at).passes = {};
    }
  }

  // An include or a redirect: the index of the record it leads to, or nothing when it cannot be followed.
  std::optional<std::size_t> follow(const Record& record, const Term& term, std::size_t at) {
    const std::string_view spec = record.domain(term);
    if (!is_fixed(spec)) {
      report(Kind::dynamic, at, term.span).detail = base::excerpt(spec, kShownText);
      if (const auto ending = fixed_ending(spec)) judge_ending(at, term, *ending);
      return std::nullopt;
    }
    const auto target = fixed_target(spec, node(at).name, domain_);
    if (!target || target->label_count() < 2) {
      Issue& issue = report(Kind::no_target_record, at, term.span);
      issue.detail = "the target is no legal name";
      return std::nullopt;
    }
    if (on_path(*target)) {
      Issue& issue = report(Kind::loop, at, term.span);
      issue.target = *target;
      return std::nullopt;
    }
    const bool redirect = term.kind == TermKind::redirect;
    const bool authorises = node(at).authorises && (redirect || term.qualifier == Qualifier::pass);
    std::size_t next = 0;
    const auto known = std::ranges::find(out_.nodes, *target, &Node::name);
    if (known != out_.nodes.end()) {
      next = static_cast<std::size_t>(known - out_.nodes.begin());
      if (authorises) mark_authorising(next);
    } else if (out_.nodes.size() >= options_.max_records) {
      too_much(at, term, fmt::format("more than {} records", options_.max_records));
      return std::nullopt;
    } else {
      next = visit(*target, authorises);
    }
    node(at).links.push_back({term.span, term.qualifier, redirect, next});
    judge_link(at, term, next);
    node(at).lookups = saturated(node(at).lookups, node(next).lookups);
    node(at).voids4 = saturated(node(at).voids4, node(next).voids4);
    node(at).voids6 = saturated(node(at).voids6, node(next).voids6);
    return next;
  }

  void mark_authorising(std::size_t at) {
    if (node(at).authorises) return;
    node(at).authorises = true;
    for (const Link& link : node(at).links) {
      if (link.redirect || link.qualifier == Qualifier::pass) mark_authorising(link.node);
    }
  }

  bool visit_include(const Record& record, const Term& term, std::size_t at, AddressSet& matches) {
    const auto next = follow(record, term, at);
    if (!next) return false;
    matches = node(*next).passes;
    if (node(at).authorises && term.qualifier == Qualifier::pass) judge_sharing(at, term, *next);
    return node(*next).complete && node(*next).state == RecordState::record;
  }

  // What is wrong with the record that a term leads to.
  void judge_link(std::size_t at, const Term& term, std::size_t next) {
    const Node& target = node(next);
    if (target.state == RecordState::unknown) {
      Issue& issue = report(Kind::target_record_unknown, at, term.span);
      issue.target = target.name;
      issue.detail = facts::describe(target.txt->why());
      issue.evidence = {target.txt};
    } else if (target.state == RecordState::none || target.state == RecordState::no_name) {
      Issue& issue = report(Kind::no_target_record, at, term.span);  // sections 5.2, 6.1
      issue.target = target.name;
      issue.detail =
          target.state == RecordState::no_name ? "the name does not exist" : "the name has no SPF record";
      issue.evidence = {target.txt};
    }
    if (target.state == RecordState::no_name) judge_registration(at, term, target.name, *target.txt);
  }

  // a, mx and exists: the hosts' addresses. Returns whether all of them are known.
  bool visit_hosts(const Record& record, const Term& term, std::size_t at, AddressSet& matches) {
    dns::Name name = node(at).name;
    if (term.value.length != 0) {
      const std::string_view spec = record.domain(term);
      if (!is_fixed(spec)) {
        report(Kind::dynamic, at, term.span).detail = base::excerpt(spec, kShownText);
        if (const auto ending = fixed_ending(spec)) judge_ending(at, term, *ending);
        return false;
      }
      const auto target = fixed_target(spec, node(at).name, domain_);
      if (!target) return true;  // no legal name never matches
      name = *target;
    }
    if (term.kind == TermKind::exists) {
      const Answer* answer = ask_host(name, dns::RrType::a, at, term);
      if (answer == nullptr || answer->undetermined()) return false;
      if (answer->present()) {
        matches = AddressSet::everything();  // for every client
      } else {
        void_lookup(at, term, *answer, true, true);
      }
      return true;
    }
    if (term.kind == TermKind::a) return add_host(name, term, at, matches);
    const Answer* mx = ask_host(name, dns::RrType::mx, at, term);
    if (mx == nullptr || mx->undetermined()) return false;
    if (mx->absent()) {
      void_lookup(at, term, *mx, true, true);
      return true;
    }
    if (mx->records().size() > static_cast<std::size_t>(options_.limits.mx)) {  // section 4.6.4
      Issue& issue = report(Kind::over_mx_limit, at, term.span);
      issue.number = mx->records().size();
      issue.target = name;
      issue.evidence = {AnswerPtr(mx)};
      return false;
    }
    bool known = true;
    for (const facts::Record& exchange : mx->records()) {
      const dns::Name host = mx->target(exchange);
      if (!host.is_root()) known = add_host(host, term, at, matches) && known;
    }
    return known;
  }

  bool add_host(const dns::Name& host, const Term& term, std::size_t at, AddressSet& matches) {
    const Answer* a = ask_host(host, dns::RrType::a, at, term);
    const Answer* aaaa = ask_host(host, dns::RrType::aaaa, at, term);
    if (a == nullptr || aaaa == nullptr) return false;
    for (const Answer* answer : {a, aaaa}) {
      for (const facts::Record& record : answer->records()) {
        const auto ip = base::IpAddress::from_bytes(answer->data(record));
        if (ip) matches.add({*ip, ip->is_v4() ? term.prefix4 : term.prefix6});
        if (matches.size() > options_.max_ranges) return false;
      }
    }
    if (a->absent() || aaaa->absent())
      void_lookup(at, term, a->absent() ? *a : *aaaa, a->absent(), aaaa->absent());
    return !a->undetermined() && !aaaa->undetermined();
  }

  // Asks for a host, within the limit on hosts; null beyond it.
  const Answer* ask_host(const dns::Name& name, dns::RrType type, std::size_t at, const Term& term) {
    if (std::ranges::find(hosts_, name) == hosts_.end()) {
      if (hosts_.size() >= options_.max_hosts) {
        too_much(at, term, fmt::format("more than {} hosts", options_.max_hosts));
        return nullptr;
      }
      hosts_.push_back(name);
    }
    const Answer& answer = facts_.ask(name, type);
    if (answer.unknown()) {
      if (!out_.issues.empty()) {  // A and AAAA of one host are one issue
        Issue& last = out_.issues.back();
        if (last.kind == Kind::host_unknown && last.node == at && last.term == term.span &&
            last.target == name) {
          last.evidence.emplace_back(&answer);
          return &answer;
        }
      }
      Issue& issue = report(Kind::host_unknown, at, term.span);
      issue.target = name;
      issue.detail = facts::describe(answer.why());
      issue.evidence = {AnswerPtr(&answer)};
    }
    return &answer;
  }

  // Counts a lookup that found nothing; reports it when there is nothing for either family.
  void void_lookup(std::size_t at, const Term& term, const Answer& answer, bool for4, bool for6) {
    if (for4) node(at).voids4 = saturated(node(at).voids4, 1);
    if (for6) node(at).voids6 = saturated(node(at).voids6, 1);
    if (!for4 || !for6) return;
    Issue& issue = report(Kind::void_host, at, term.span);
    issue.target = answer.name();
    issue.detail = answer.presence() == facts::Presence::no_name
                       ? "the name does not exist"
                       : fmt::format("the name has no {} record", dns::to_string(answer.type()));
    issue.evidence = {AnswerPtr(&answer)};
    if (answer.presence() == facts::Presence::no_name) judge_registration(at, term, answer.name(), answer);
  }

  // A name that does not exist may be one that anyone can register: its own, or where its CNAME chain ends.
  void judge_registration(std::size_t at, const Term& term, const dns::Name& name, const Answer& answer) {
    const auto aliases = answer.aliases();
    const auto found =
        auth::look_up_registration(aliases.empty() ? name : aliases.back(), organisation_, facts_);
    if (!found || found->state == auth::Registration::State::taken) return;
    const bool gone = found->state == auth::Registration::State::open;
    Issue& issue = report(gone ? Kind::unregistered : Kind::host_unknown, at, term.span);
    issue.target = found->domain;
    issue.detail =
        gone ? fmt::format("{} does not exist, and neither does {}", name.text(), found->domain.text())
             : fmt::format("whether {} is registered", found->domain.text());
    issue.evidence = {AnswerPtr(&answer), found->soa, found->ns};
  }

  // A name that is not asked for as it is, because a macro stands before it or because names below it pass: one
  // question, unless its domain looks free.
  void judge_ending(std::size_t at, const Term& term, const dns::Name& name) {
    const auto registered = dns::registered_domain(name);
    if (!registered || registered == organisation_) return;
    const Answer& ns = facts_.ask(*registered, dns::RrType::ns);
    if (ns.unknown() || ns.presence() == facts::Presence::no_name) judge_registration(at, term, name, ns);
  }

  // Section 5.5: SHOULD NOT be published. Whoever holds a name below the target passes with it; of a public
  // suffix that is anyone, and the issue names it.
  void judge_ptr(const Record& record, const Term& term, std::size_t at) {
    Issue& issue = report(Kind::ptr, at, term.span);
    const std::string_view spec = record.domain(term);
    const bool own = term.value.length == 0;
    const auto target = own              ? node(at).name
                        : is_fixed(spec) ? fixed_target(spec, node(at).name, domain_)
                                         : fixed_ending(spec);
    if (!target || target->is_root()) return;
    if (!dns::registered_domain(*target)) {
      if (own || is_fixed(spec)) issue.target = *target;
    } else if (!own) {
      judge_ending(at, term, *target);
    }
  }

  void too_much(std::size_t at, const Term& term, std::string detail) {
    node(at).complete = false;
    for (const Issue& issue : out_.issues) {
      if (issue.kind == Kind::too_much && issue.node == at && issue.detail == detail) return;
    }
    report(Kind::too_much, at, term.span).detail = std::move(detail);
  }

  void visit_modifiers(const Record& record, bool ended, std::size_t at, const AddressSet& undecided) {
    for (const Term& term : record.terms) {
      if (term.kind == TermKind::unknown_modifier) judge_unknown_modifier(record, term, at);
      if (term.kind == TermKind::exp && at == 0) judge_explanation(record, term);
      if (term.kind != TermKind::redirect) continue;
      if (ended) {
        report(Kind::redirect_ignored, at, term.span);  // section 5.1
        continue;
      }
      node(at).lookups = saturated(node(at).lookups, 1);
      const auto next = follow(record, term, at);
      if (!next || !node(*next).complete) node(at).complete = false;
      if (next) node(at).passes.add(undecided.intersection(node(*next).passes));
    }
  }

  // `ip4=192.0.2.1` is a legal modifier that means nothing: most likely a colon was meant.
  void judge_unknown_modifier(const Record& record, const Term& term, std::size_t at) {
    const std::string_view word = record.word(term);
    const std::string_view name = word.substr(0, word.find('='));
    constexpr std::string_view kMechanisms[] = {"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"};
    Issue& issue = report(Kind::unknown_modifier, at, term.span);
    for (const std::string_view mechanism : kMechanisms) {
      if (base::iequals(name, mechanism)) issue.detail = fmt::format("perhaps {}: was meant", mechanism);
    }
    constexpr std::string_view kKnown[] = {"redirect", "exp", "include", "exists"};
    if (issue.detail.empty()) {
      if (const auto near = base::nearest(name, kKnown); !near.empty())
        issue.detail = fmt::format("perhaps {} was meant", near);
    }
  }

  void judge_explanation(const Record& record, const Term& term) {
    const auto target = fixed_target(record.domain(term), domain_, domain_);
    if (!target) return;  // depends on the message
    const Answer& txt = facts_.ask(*target, dns::RrType::txt);
    if (txt.undetermined()) return;
    std::string_view fault;
    if (txt.absent()) {
      fault = "there is no TXT record";
    } else if (txt.records().size() != 1) {
      fault = "there is more than one TXT record";
    } else if (check_macros(txt.data(txt.records().front()), MacroUse::explanation).code != FaultCode::none) {
      fault = "the text is not well formed";
    }
    if (fault.empty()) return;
    Issue& issue = report(Kind::exp_target, 0, term.span);
    issue.target = *target;
    issue.detail = fault;
    issue.evidence = {AnswerPtr(&txt)};
  }

  bool judge_repeats(const Record& record, const Term& term, std::size_t at) {
    if (term.kind == TermKind::all) return false;
    const std::string words = format(record, term);
    const bool repeated = !seen_terms_.insert({at, term.macros ? words : base::lower(words)}).second;
    if (repeated) report(Kind::repeated, at, term.span);
    return repeated;
  }

  void judge_width(const Term& term, std::size_t at) {
    if (term.qualifier != Qualifier::pass || !node(at).authorises) return;
    const bool v4 = term.kind == TermKind::ip4;
    if (v4 ? term.prefix4 > options_.wide_prefix4 : term.prefix6 > options_.wide_prefix6) return;
    const Network network{term.address, v4 ? term.prefix4 : term.prefix6};
    Issue& issue = report(Kind::wide, at, term.span);
    issue.number = AddressSet::of(network).ipv4_count();
    issue.detail = network.text();
  }

  void judge_sharing(std::size_t at, const Term& term, std::size_t next) {
    if (node(next).state != RecordState::record) return;  // it lets nobody in
    const dns::Name& name = node(next).name;
    const SharedSender* sender = find_shared_sender(name);
    const bool outside = dns::registered_domain(name) != organisation_ && !name.is_within(domain_);
    if (sender == nullptr && !outside) return;
    if (std::ranges::none_of(out_.shared, [&](const SharedInclude& known) { return known.node == next; })) {
      out_.shared.push_back({next, sender});
    }
    // A service's record includes further records of its own: it is reported once.
    if (sender == nullptr || sender == find_shared_sender(node(at).name)) return;
    Issue& issue = report(Kind::shared, at, term.span);
    issue.target = name;
    issue.detail = fmt::format("{}: {}", sender->name, sender->note);
  }

  dns::Name domain_;
  std::optional<dns::Name> organisation_;
  facts::Facts& facts_;
  // Whether an included record is being analysed further up: a loop.
  [[nodiscard]] bool on_path(const dns::Name& name) const {
    return std::ranges::any_of(path_, [&](std::size_t at) { return out_.nodes[at].name == name; });
  }

  const AnalysisOptions& options_;
  Analysis out_;
  // All bounded by the options and small in practice: a look through them is cheaper than a tree.
  std::vector<std::size_t> path_;  // nodes, from the root to the record at hand
  std::vector<dns::Name> hosts_;   // asked for a, mx and exists terms
  std::set<std::pair<std::size_t, std::string>> seen_terms_;
};

}  // namespace

Analysis analyse(const dns::Name& domain, facts::Facts& facts, const AnalysisOptions& options) {
  return Analyser(domain, facts, options).run();
}

}  // namespace rampart::spf
