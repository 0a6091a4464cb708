#include "audit/subdomains/judge.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "audit/known.h"
#include "audit/picture.h"
#include "audit/spoofing.h"
#include "auth/dkim/selectors.h"
#include "auth/dmarc/record.h"

namespace rampart::audit::subdomains {
namespace {

using dns::RrType;
using facts::Answer;
using facts::Presence;

// What mail is about; a name that has none of these is "empty".
constexpr std::array kTypes{RrType::a, RrType::aaaa, RrType::mx, RrType::txt};
using Answers = std::array<const Answer*, kTypes.size()>;

Answers ask_all(const dns::Name& name, facts::Facts& facts) {
  Answers out{};
  for (std::size_t i = 0; i < kTypes.size(); ++i) out[i] = &facts.ask(name, kTypes[i]);
  return out;
}

bool is_there(const Answer& answer) { return answer.present() || answer.has_aliases(); }
bool is_missing(const Answer& answer) {
  return answer.presence() == Presence::no_name && !answer.has_aliases();
}

// What a level says of names that nobody has.
enum class Level : std::uint8_t { denies, wildcard, blank, unknown };

struct Invented {
  std::array<Answers, 2> answers;
  Level level = Level::unknown;
  std::string why;
};

Invented ask_level(const dns::Name& level, facts::Facts& facts) {
  Invented out;
  const auto [first, second] = invented_labels(level);
  std::vector<const Answer*> all;
  std::size_t place = 0;
  for (const auto& label : {first, second}) {
    // A level of 250 characters has no room for names below it, nor for a wildcard.
    const auto name = level.prepend_label(label);
    if (!name) {
      out.level = Level::denies;
      return out;
    }
    out.answers[place] = ask_all(*name, facts);
    all.insert(all.end(), out.answers[place].begin(), out.answers[place].end());
    ++place;
  }
  const auto any = [&](auto is) {
    return std::ranges::any_of(all, [&](const Answer* answer) { return is(*answer); });
  };
  if (any(is_there)) {
    out.level = Level::wildcard;
  } else if (any(is_missing)) {
    out.level = Level::denies;
  } else if (any([](const Answer& answer) { return answer.unknown(); })) {
    const auto failed = std::ranges::find_if(all, [](const Answer* answer) { return answer->unknown(); });
    out.why =
        fmt::format("whether a wildcard answers at {} is not known: {}", level.text(), why_unknown(**failed));
  } else {
    out.level = Level::blank;
  }
  return out;
}

// Whether the answer is one that the invented names get, too; rotating records are some of theirs together.
Known is_covered(const Answer& answer, const Answer& first, const Answer& second) {
  if (answer.undetermined() || first.undetermined() || second.undetermined()) return Known::unknown;
  if (answer.present() != (first.present() || second.present())) return Known::no;
  if (answer.aliases() != first.aliases() && answer.aliases() != second.aliases()) return Known::no;
  std::set<std::pair<std::uint16_t, std::string_view>> theirs;
  for (const auto* other : {&first, &second}) {
    for (const auto& record : other->records()) theirs.emplace(record.preference, other->data(record));
  }
  const bool all = std::ranges::all_of(answer.records(), [&](const facts::Record& record) {
    return theirs.contains({record.preference, answer.data(record)});
  });
  return all ? Known::yes : Known::no;
}

void look_whether_it_exists(const Target& target, Judged& out, facts::Facts& facts) {
  const auto answers = ask_all(target.name, facts);
  const auto& ns = facts.ask(target.name, RrType::ns);
  const bool fears_wildcard = !target.proven && target.name != target.domain;
  std::optional<Invented> invented;
  if (fears_wildcard) invented = ask_level(target.name.parent(), facts);
  if (facts.pending()) return;

  const auto any = [&](auto is) {
    return is(ns) || std::ranges::any_of(answers, [&](const Answer* a) { return is(*a); });
  };
  out.delegated = ns.present() && !ns.has_aliases() && target.name != target.domain;
  const bool there = any(is_there);
  if (!there && any(is_missing)) {
    out.existence = Existence::none;
    return;
  }
  if (!there && any([](const Answer& answer) { return answer.unknown(); })) {
    const auto failed = std::ranges::find_if(answers, [](const Answer* answer) { return answer->unknown(); });
    out.why = why_unknown(failed == answers.end() ? ns : **failed);
    return;
  }
  out.existence = there ? Existence::records : Existence::empty;
  // No wildcard makes a delegation (RFC 4592 section 4.2).
  if (!invented || out.delegated) return;
  switch (invented->level) {
    case Level::denies:
      return;
    case Level::blank:
      if (!there) out.existence = Existence::unproven;
      return;
    case Level::unknown:
      out.existence = Existence::unknown;
      out.why = invented->why;
      return;
    case Level::wildcard:
      break;
  }
  bool in_doubt = false;
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    const auto covered = is_covered(*answers[i], *invented->answers[0][i], *invented->answers[1][i]);
    if (covered == Known::no) return;
    in_doubt = in_doubt || covered == Known::unknown;
  }
  out.existence = in_doubt ? Existence::unknown : Existence::wildcard;
  if (in_doubt) out.why = "a wildcard answers beside it, and not every record could be compared";
}

Verdict verdict_of(Disposition disposition) {
  switch (disposition) {
    case Disposition::deliver:
      return Verdict::spoofable;
    case Disposition::quarantine:
      return Verdict::quarantined;
    case Disposition::reject:
      return Verdict::protected_;
    case Disposition::unknown:
      break;
  }
  return Verdict::unknown;
}

class Reveals {
 public:
  Reveals(const Target& target, Judged& out) : target_(target), out_(out) {}

  void add(const dns::Name& name, Source source) {
    if (name != target_.name && name.is_within(target_.domain)) out_.reveals.emplace_back(name, source);
  }
  void add_targets(const Answer& answer, Source source) {
    for (const auto& record : answer.records()) add(answer.target(record), source);
  }
  void add_aliases(const Answer& answer, Source source) {
    for (const auto& alias : answer.aliases()) add(alias, source);
  }

 private:
  const Target& target_;
  Judged& out_;
};

void look_what_it_reveals(const Target& target, const Picture& picture, Judged& out, facts::Facts& facts) {
  Reveals reveals(target, out);
  for (const auto* answer : ask_all(target.name, facts)) reveals.add_aliases(*answer, Source::alias);
  const auto& mx = facts.ask(target.name, RrType::mx);
  if (mx.present()) reveals.add_targets(mx, Source::mx);
  const auto& ns = facts.ask(target.name, RrType::ns);
  if (ns.present()) reveals.add_targets(ns, Source::ns);
  for (const auto& node : picture.spf.analysis.nodes) {
    reveals.add(node.name, Source::spf);
    const auto record = spf::parse(node.text);
    for (const auto& term : record.terms) {
      if (term.macros || term.value.length == 0) continue;
      if (const auto name = dns::Name::from_raw(record.domain(term))) reveals.add(*name, Source::spf);
    }
  }
  for (const auto& destination : picture.dmarc.destinations) {
    if (destination.uri.host) reveals.add(*destination.uri.host, Source::dmarc);
  }
  for (const auto& alias : picture.dmarc.own_aliases) reveals.add(alias, Source::dmarc);
  if (target.name != target.domain) return;
  // Keys are looked for at the domain alone: that of a name below it would be asked a hundred times over.
  for (const auto selector : dkim::common_selectors()) {
    const auto name = target.name.prepend(fmt::format("{}._domainkey", selector));
    if (name) reveals.add_aliases(facts.ask(*name, RrType::txt), Source::dkim);
  }
}

void look_at_mail(const Target& target, Judged& out, facts::Facts& facts) {
  Input input;
  input.domain = target.name;
  const auto picture = look(input, facts, Keys::leave);
  if (facts.pending()) return;
  const auto rows = spoofing_table(picture, facts);
  look_what_it_reveals(target, picture, out, facts);
  if (facts.pending()) return;
  out.spf = picture.spf.state;
  if (picture.spf.texts.size() == 1) out.spf_text = picture.spf.texts.front();
  const auto& mx = facts.ask(target.name, RrType::mx);
  out.mx_unknown = mx.unknown();
  out.null_mx = picture.null_mx == Known::yes;
  for (const auto& record : mx.records()) {
    if (!mx.target(record).is_root()) out.mail_hosts.push_back(mx.target(record).text());
  }
  out.policy = effective_policy(picture.dmarc).domain;
  out.stranger = stranger_row(rows, SpoofRow::Identity::domain);
  out.verdict = verdict_of(out.stranger.rfc9989);
  for (const auto& row : rows) {
    const bool by_customer = row.identity == SpoofRow::Identity::domain &&
                             row.origin == SpoofRow::Origin::shared && row.rfc9989 == Disposition::deliver;
    if (!by_customer || out.verdict == Verdict::spoofable) continue;
    out.verdict = Verdict::customers;
    out.customers_of = row.via;
  }
}

}  // namespace

std::string_view to_string(Existence existence) {
  constexpr std::array<std::string_view, 6> kNames{"records", "empty",    "wildcard",
                                                   "none",    "unproven", "unknown"};
  return kNames[static_cast<std::size_t>(existence)];
}

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, kVerdicts> kNames{"spoofable", "customers", "quarantined", "unknown",
                                                           "protected"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::pair<std::string, std::string> invented_labels(const dns::Name& level) {
  // FNV-1a: not secret, but no zone holds these by chance, and a replay asks the same.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : level.wire()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return {fmt::format("rampart-{:016x}", hash), fmt::format("{:016x}-rampart", hash * 0x9e3779b97f4a7c15)};
}

Judged judge(const Target& target, facts::Facts& facts) {
  Judged out;
  out.name = target.name;
  look_whether_it_exists(target, out, facts);
  if (out.exists() && !facts.pending()) look_at_mail(target, out, facts);
  return out;
}

}  // namespace rampart::audit::subdomains
