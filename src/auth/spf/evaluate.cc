#include "auth/spf/evaluate.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "auth/spf/macro.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::spf {
namespace {

using facts::Answer;
using facts::AnswerPtr;

dns::RrType address_type(const base::IpAddress& ip) {
  return ip.is_v4() ? dns::RrType::a : dns::RrType::aaaa;
}

bool holds_address(const Answer& answer, const base::IpAddress& ip, unsigned prefix) {
  return std::ranges::any_of(answer.records(), [&](const facts::Record& record) {
    const auto address = base::IpAddress::from_bytes(answer.data(record));
    return address && ip.in_prefix(*address, prefix);
  });
}

Result result_of(Qualifier qualifier) {
  switch (qualifier) {
    case Qualifier::pass:
      return Result::pass;
    case Qualifier::fail:
      return Result::fail;
    case Qualifier::softfail:
      return Result::softfail;
    default:
      return Result::neutral;
  }
}

// Where a steered evaluation stands.
enum class Side : std::uint8_t {
  his,      // whatever matches lets him in
  against,  // inside an include that does not let in, before something that does: he may want either
  neither,  // inside one before nothing that does: an ordinary evaluation
};

constexpr std::size_t kMaxTermInDoubt = 80;  // characters of a term in a reason; our own

// How one term ended.
enum class Match : std::uint8_t {
  no,
  yes,
  open,   // a question is open: what follows is evaluated for its questions alone
  error,  // the outcome is set
};

class Evaluation {
 public:
  Evaluation(const Input& input, facts::Facts& facts, const Limits& limits)
      : input_(input), facts_(facts), limits_(limits), ip_(input.ip.unmapped()) {
    limits_.lookups = std::min(limits_.lookups, kMostLookups);
  }

  Outcome run() {
    if (input_.domain.label_count() < 2) return end(Result::none, Reason::no_domain), std::move(outcome_);
    if (input_.local_part.size() > kMaxLocalPart) {
      return end(Result::none, Reason::long_local_part), std::move(outcome_);
    }
    check(input_.domain);
    return std::move(outcome_);
  }

  // The values for the macros of one text. The buffers behind them are refilled by each call.
  MacroValues values(std::string_view text, const dns::Name& domain) {
    target_open_ = false;
    return {
        .local_part = input_.local_part.empty() ? "postmaster" : input_.local_part,
        .sender_domain = raw_text(input_.domain, raw_sender_),
        .domain = raw_text(domain, raw_domain_),
        .helo = input_.helo.substr(0, kMaxHelo),
        .receiver = input_.receiver.empty() ? "unknown" : input_.receiver,
        .validated = uses_macro(text, 'p') ? validated_name(domain) : std::string_view(),
        .ip = ip_,
        .now = input_.now,
    };
  }

  // Where a term points. When %{p} cannot be told yet, target_open_ is set and there is no name.
  std::optional<dns::Name> target(const Record& record, const Term& term, const dns::Name& domain) {
    const std::string_view domain_spec = record.domain(term);
    target_open_ = false;
    if (!term.macros) return plain_name(domain_spec);
    const MacroValues filled = values(domain_spec, domain);
    if (target_open_) return std::nullopt;
    return expand_name(domain_spec, filled);
  }

  [[nodiscard]] bool target_open() const { return target_open_; }

 private:
  void end(Result result, Reason why) {
    outcome_.result = result;
    outcome_.why = why;
  }
  Match error(Result result, Reason why) {
    end(result, why);
    return Match::error;
  }
  Match unknown(const Answer& answer) {  // sections 4.4 and 5: at once, whatever might match later
    outcome_.unknown = AnswerPtr(&answer);
    return error(Result::temperror, Reason::dns_error);
  }

  // One call of check_host() of the RFC: the record of `domain` and what it leads to. The outcome is set when
  // this returns; with an open question it is void.
  void check(dns::Name domain) {
    for (bool redirected = false;; redirected = true) {
      const Answer& txt = facts_.ask(domain, dns::RrType::txt);
      if (txt.open()) {
        open_ = true;
        return end(Result::none, Reason::no_record);
      }
      if (txt.unknown()) {
        outcome_.path.push_back({AnswerPtr(&txt), {}});
        unknown(txt);
        return;
      }
      const Selected selected = select_record(txt);
      if (selected.why == Reason::no_record || selected.why == Reason::no_name) {
        return redirected ? end(Result::permerror, Reason::redirect_without_record)  // section 6.1
                          : end(Result::none, selected.why);
      }
      outcome_.path.push_back({AnswerPtr(&txt), {}});
      if (selected.why == Reason::several_records)
        return end(Result::permerror, selected.why);  // section 4.5
      const auto next = evaluate(parse(selected.text), domain);
      if (!next) return;
      domain = *next;  // redirect, section 6.1: the target's result is ours
    }
  }

  // The terms in order. Returns where a redirect leads, or nothing when the outcome is set.
  std::optional<dns::Name> evaluate(const Record& record, const dns::Name& domain) {
    const std::size_t step = outcome_.path.size() - 1;
    if (!record.valid()) {  // a fault anywhere comes before any match, section 4.6
      outcome_.fault = record.faults.front().code;
      outcome_.path[step].term = record.faults.front().span;
      end(Result::permerror, Reason::syntax);
      return std::nullopt;
    }
    for (const Term& term : record.terms) {
      if (term.is_modifier()) continue;
      outcome_.path[step].term = term.span;
      const Match match =
          input_.steering == nullptr ? evaluate_term(term, record, domain) : steer(term, record, domain);
      if (match == Match::no) continue;
      if (match == Match::open) {
        open_ = true;
        outcome_.path.resize(step + 1);
        if (limits_.speculate == Speculate::no) return std::nullopt;
        continue;
      }
      if (match == Match::yes) end(result_of(term.qualifier), Reason::matched);
      return std::nullopt;
    }
    return evaluate_redirect(record, domain, step);
  }

  std::optional<dns::Name> evaluate_redirect(const Record& record, const dns::Name& domain,
                                             std::size_t step) {
    outcome_.path[step].term = {};
    const Term* redirect = record.find(TermKind::redirect);
    if (redirect == nullptr || record.find(TermKind::all) != nullptr) {  // ignored beside "all", section 5.1
      end(Result::neutral, Reason::nothing_matched);                     // section 4.7
      return std::nullopt;
    }
    outcome_.path[step].term = redirect->span;
    if (count_lookup(*redirect) != Match::no) return std::nullopt;
    if (input_.steering != nullptr && side_ != Side::neither) {
      if (const auto steered = steerable(*redirect, record, domain)) {
        if (names_all(*steered) && side_ == Side::his) {
          input_.steering->named = record.word(*redirect);
          end(Result::pass, Reason::matched);
          return std::nullopt;
        }
        doubt(*steered, *redirect, record, domain);
      }
    }
    const auto name = target(record, *redirect, domain);
    if (target_open_) {
      open_ = true;
      return std::nullopt;
    }
    if (!name || name->label_count() < 2) {
      end(Result::permerror, Reason::redirect_without_record);
      return std::nullopt;
    }
    return name;
  }

  Match count_lookup(const Term& term) {
    if (!term.asks_dns()) return Match::no;
    if (outcome_.lookups >= limits_.lookups)
      return error(Result::permerror, Reason::lookup_limit);  // section 4.6.4
    ++outcome_.lookups;
    return Match::no;
  }

  Match evaluate_term(const Term& term, const Record& record, const dns::Name& domain) {
    if (count_lookup(term) != Match::no) return Match::error;
    switch (term.kind) {
      case TermKind::all:
        return Match::yes;
      case TermKind::ip4:
        return ip_.in_prefix(term.address, term.prefix4) ? Match::yes : Match::no;
      case TermKind::ip6:
        return ip_.in_prefix(term.address, term.prefix6) ? Match::yes : Match::no;
      default:
        break;
    }
    if (term.value.length == 0) return match_name(term, domain);
    const auto name = target(record, term, domain);
    if (target_open_) return Match::open;
    if (term.kind == TermKind::include) {
      const Side outer = side_;
      if (term.qualifier != Qualifier::pass) {
        const bool matters = outer != Side::neither && lets_in_behind(record, term);
        side_ = matters ? Side::against : Side::neither;
      }
      const Match match = include(name);
      side_ = outer;
      return match;
    }
    return name ? match_name(term, *name) : Match::no;
  }

  // The macros of a term that the sender fills; nothing when there is none.
  [[nodiscard]] std::optional<Steerable> steerable(const Term& term, const Record& record,
                                                   const dns::Name& domain) const {
    if (!term.macros) return std::nullopt;
    // %{d} is his in a record that he found by the name that he chose, %{o} and the end of %{s} everywhere.
    const bool any = input_.steering->any_domain;
    const std::string_view letters = !any ? "lshp" : domain == input_.domain ? "lshpod" : "lshpo";
    const auto found = find_steerable(record.domain(term), letters, input_.domain.label_count() - 1);
    if (found.last == 0) return std::nullopt;
    // %{d} alone is no choice: the wildcard that answers for his domain answers alike for all.
    if (record.domain(term) == "%{d}" || record.domain(term) == "%{o}") return std::nullopt;
    return found;
  }

  // Whether he names all of the end: a name of his own.
  static bool names_all(const Steerable& found) { return found.behind.empty() && found.chosen_end; }

  // Notes that the invented value proves nothing for others, unless nothing exists where they would lead.
  Match doubt(const Steerable& found, const Term& term, const Record& record, const dns::Name& domain) {
    Steering& steering = *input_.steering;
    if (found.names_address) {
      if (steering.beside.empty()) steering.beside = record.word(term);
      return Match::no;
    }
    const std::string_view behind = found.behind;
    std::string fixed;
    if (found.plain && !found.chosen_end) fixed = input_.domain.text();  // %{s}, %{o}, %{d}
    char buffer[2 * dns::kMaxWireName];
    fixed += expand(behind, values(behind, domain), buffer).text;
    const auto dot = fixed.find('.');  // what stands before it is part of his own label
    auto ending =
        dot == std::string::npos ? std::nullopt : plain_name(std::string_view(fixed).substr(dot + 1));
    if (ending) {
      const Answer& answer = facts_.ask(*ending, dns::RrType::txt);
      if (answer.open()) return Match::open;
      if (answer.presence() == facts::Presence::no_name && !answer.has_aliases()) return Match::no;
    }
    if (!steering.doubt.empty()) return Match::no;
    steering.ending = ending.value_or(dns::Name());
    steering.doubt =
        fmt::format("whether {} in the SPF record of {} authorises anyone depends on which {} exist below {}",
                    base::excerpt(record.word(term), kMaxTermInDoubt), domain.text(),
                    found.last == 'l' || found.last == 's' ? "local parts" : "names", steering.ending.text());
    return Match::no;
  }

  // Whether something behind a term of its record may let in.
  static bool lets_in_behind(const Record& record, const Term& term) {
    return std::ranges::any_of(record.terms, [&](const Term& other) {
      return other.span.offset > term.span.offset &&
             (other.is_modifier() ? other.kind == TermKind::redirect : other.qualifier == Qualifier::pass);
    });
  }

  // A term as the sender of the worst case has it: see Steering.
  Match steer(const Term& term, const Record& record, const dns::Name& domain) {
    const auto found = side_ == Side::neither ? std::nullopt : steerable(term, record, domain);
    if (!found) return evaluate_term(term, record, domain);
    const bool lets_in = term.qualifier == Qualifier::pass;
    if (names_all(*found) && side_ == Side::his) {
      if (count_lookup(term) != Match::no) return Match::error;
      if (!lets_in) return Match::no;
      input_.steering->named = record.word(term);
      return Match::yes;
    }
    const Match match = evaluate_term(term, record, domain);
    if (match == Match::open) return match;
    if (match == Match::error && outcome_.why == Reason::lookup_limit) return match;  // for every value
    if (side_ == Side::his) {
      if (match == (lets_in ? Match::yes : Match::no)) return match;  // as he wants it
      // What would refuse him matters only when something behind it lets him in.
      if (!lets_in && !lets_in_behind(record, term)) return match;
    }
    return doubt(*found, term, record, domain) == Match::open ? Match::open : match;
  }

  Match match_name(const Term& term, const dns::Name& name) {
    switch (term.kind) {
      case TermKind::a:
        return match_address(name, term);
      case TermKind::mx:
        return match_mx(name, term);
      case TermKind::exists:
        return match_exists(name);
      default:
        return match_ptr(name);
    }
  }

  // Section 5.2: pass matches; fail, softfail and neutral do not; the errors are ours; none is permerror.
  Match include(const std::optional<dns::Name>& name) {
    if (!name || name->label_count() < 2) return error(Result::permerror, Reason::include_without_record);
    const std::size_t depth = outcome_.path.size();
    const bool outer_open = std::exchange(open_, false);
    check(*name);
    const bool inner_open = std::exchange(open_, outer_open);
    if (inner_open) return Match::open;
    switch (outcome_.result) {
      case Result::pass:
        return Match::yes;
      case Result::temperror:
      case Result::permerror:
        return Match::error;
      case Result::none:
        return error(Result::permerror, Reason::include_without_record);
      default:
        outcome_.path.resize(depth);
        return Match::no;
    }
  }

  // What a lookup found, as far as it can be decided without looking at its records.
  Match settle(const Answer& answer) {
    if (answer.open()) return Match::open;
    if (answer.unknown()) return unknown(answer);
    if (!answer.absent()) return Match::yes;
    if (++outcome_.voids > limits_.voids)
      return error(Result::permerror, Reason::void_limit);  // section 4.6.4
    return Match::no;
  }

  Match match_address(const dns::Name& name, const Term& term) {
    const Answer& answer = facts_.ask(name, address_type(ip_));
    const Match found = settle(answer);
    if (found != Match::yes) return found;
    return holds_address(answer, ip_, ip_.is_v4() ? term.prefix4 : term.prefix6) ? Match::yes : Match::no;
  }

  // Section 5.4. A name without MX is not its own exchange.
  Match match_mx(const dns::Name& name, const Term& term) {
    const Answer& mx = facts_.ask(name, dns::RrType::mx);
    const Match found = settle(mx);
    if (found != Match::yes) return found;
    if (mx.records().size() > static_cast<std::size_t>(limits_.mx)) {
      return error(Result::permerror, Reason::mx_limit);  // section 4.6.4
    }
    Match result = Match::no;
    for (const facts::Record& record : mx.records()) {
      const dns::Name host = mx.target(record);
      if (host.is_root()) continue;  // null MX, RFC 7505
      const Match match = match_address(host, term);
      if (match == Match::open) {
        result = Match::open;
        if (limits_.speculate == Speculate::no) return result;
      } else if (match != Match::no) {
        return result == Match::open ? Match::open : match;
      }
    }
    return result;
  }

  Match match_exists(const dns::Name& name) {  // A, whatever the client is (section 5.7)
    return settle(facts_.ask(name, dns::RrType::a));
  }

  // Calls visit(name) for each name that the client's address has in reverse DNS and that points back to it,
  // of the first ten (sections 4.6.4, 5.5) that `wanted` lets through. Errors only skip: the reverse zone is
  // the client's, not the domain's, so its void lookups do not count either. Returns whether one is open.
  template <class Wanted, class Visit>
  bool each_validated(Wanted wanted, Visit visit) {
    const Answer& ptr = facts_.ask(reverse_name(ip_), dns::RrType::ptr);
    if (ptr.open()) return true;
    bool open = false;
    int left = limits_.ptr;
    for (const facts::Record& record : ptr.records()) {
      if (left-- == 0) break;
      const dns::Name name = ptr.target(record);
      if (name.is_root() || !wanted(name)) continue;
      const Answer& back = facts_.ask(name, address_type(ip_));
      open = open || back.open();
      if (holds_address(back, ip_, ip_.bits())) visit(name);
    }
    return open;
  }

  Match match_ptr(const dns::Name& target) {
    bool match = false;
    const bool open = each_validated([&](const dns::Name& name) { return name.is_within(target); },
                                     [&](const auto&) { match = true; });
    if (match) return Match::yes;
    return open ? Match::open : Match::no;
  }

  // %{p}: the domain itself, else a name below it, else any, else "unknown" (section 7.3).
  std::string_view validated_name(const dns::Name& domain) {
    std::optional<dns::Name> best;
    int best_rank = 0;
    target_open_ = each_validated([](const auto&) { return true; },
                                  [&](const dns::Name& name) {
                                    const int rank = name == domain ? 3 : name.is_within(domain) ? 2 : 1;
                                    if (rank <= best_rank) return;
                                    best = name;
                                    best_rank = rank;
                                  });
    return best ? raw_text(*best, raw_validated_) : "unknown";
  }

  const Input& input_;
  facts::Facts& facts_;
  Limits limits_;
  base::IpAddress ip_;
  Outcome outcome_;
  bool open_ = false;
  bool target_open_ = false;
  Side side_ = Side::his;
  RawNameBuffer raw_sender_;
  RawNameBuffer raw_domain_;
  RawNameBuffer raw_validated_;
};

// The record whose exp= speaks: the first on the path that did not hand over by redirect (section 6.2).
const Step* explaining_step(const Outcome& outcome) {
  for (const Step& step : outcome.path) {
    if (!base::istarts_with(step.term_text(), "redirect=")) return &step;
  }
  return nullptr;
}

}  // namespace

std::string_view to_string(Result result) {
  constexpr std::string_view kNames[] = {"none",     "neutral",   "pass",     "fail",
                                         "softfail", "temperror", "permerror"};
  return kNames[static_cast<std::size_t>(result)];
}

Input input_for(const base::IpAddress& ip, std::string_view mail_from, std::string_view helo) {
  Input input{.ip = ip, .helo = helo};
  const std::size_t at = mail_from.rfind('@');
  if (at != std::string_view::npos) input.local_part = mail_from.substr(0, at);
  std::string_view domain = at == std::string_view::npos ? mail_from : mail_from.substr(at + 1);
  if (mail_from.empty()) domain = helo;  // section 2.4
  if (domain.starts_with('[')) return input;
  if (std::ranges::all_of(domain, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    input.domain = dns::Name::from_raw(domain).value_or(dns::Name());
  } else {  // U-labels are looked up and compared as A-labels (RFC 8616 section 4)
    input.domain = dns::parse_domain(domain).value_or(dns::Name());
  }
  return input;
}

Outcome check_host(const Input& input, facts::Facts& facts, const Limits& limits) {
  return Evaluation(input, facts, limits).run();
}

std::optional<std::string> explain(const Outcome& outcome, const Input& input, facts::Facts& facts,
                                   const Limits& limits) {
  if (outcome.result != Result::fail) return std::nullopt;
  const Step* step = explaining_step(outcome);
  if (step == nullptr) return std::nullopt;
  const Record record = parse(step->record_text());
  const Term* exp = record.find(TermKind::exp);
  if (exp == nullptr) return std::nullopt;
  Evaluation evaluation(input, facts, limits);
  const dns::Name domain = step->txt->name();
  const auto name = evaluation.target(record, *exp, domain);
  if (!name) return std::nullopt;
  const Answer& txt = facts.ask(*name, dns::RrType::txt);
  if (!txt.present() || txt.records().size() != 1) return std::nullopt;  // section 6.2
  const std::string_view text = txt.data(txt.records().front());
  if (check_macros(text, MacroUse::explanation).code != FaultCode::none) return std::nullopt;
  const MacroValues values = evaluation.values(text, domain);
  char buffer[kMaxExplanation];
  const Expansion expansion = expand(text, values, buffer);
  const bool visible = std::ranges::all_of(expansion.text, [](char c) { return c >= ' ' && c <= '~'; });
  if (expansion.cut || !visible || evaluation.target_open()) return std::nullopt;
  return std::string(expansion.text);
}

Selected select_record(const facts::Answer& txt) {
  Selected out{.why = txt.presence() == facts::Presence::no_name ? Reason::no_name : Reason::no_record};
  for (const facts::Record& record : txt.records()) {
    const std::string_view text = txt.data(record);
    if (!is_spf(text)) continue;
    if (out.why == Reason::matched) return {.why = Reason::several_records};
    out = {.why = Reason::matched, .text = text};
  }
  return out;
}

dns::Name reverse_name(const base::IpAddress& ip) {
  std::string wire;
  const auto bytes = ip.bytes();
  for (std::size_t i = bytes.size(); i-- > 0;) {
    if (ip.is_v4()) {
      const std::string octet = fmt::to_string(bytes[i]);
      wire += static_cast<char>(octet.size());
      wire += octet;
    } else {
      for (const std::size_t nibble : {bytes[i] & std::size_t{15}, bytes[i] / std::size_t{16}})
        wire += {'\1', "0123456789abcdef"[nibble]};
    }
  }
  wire += ip.is_v4() ? std::string_view("\7in-addr\4arpa") : std::string_view("\3ip6\4arpa");
  return dns::Name::from_wire(wire).value_or(dns::Name());
}

}  // namespace rampart::spf
