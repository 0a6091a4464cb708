// What an Outcome says about itself, for people and for evidence.
#include <fmt/format.h>

#include "auth/spf/evaluate.h"
#include "base/text.h"

namespace rampart::spf {
namespace {

constexpr std::size_t kMaxTermShown = 80;  // characters of a term in a reason; our own

std::string shown(std::string_view term) { return base::excerpt(term, kMaxTermShown); }

// "include:_spf.a.example, there ip4:192.0.2.0/24"
std::string words_of(const Outcome& outcome) {
  std::string out;
  for (const Step& step : outcome.path) {
    if (step.term.length == 0) continue;
    if (!out.empty()) out += ", there ";
    out += shown(step.term_text());
  }
  return out;
}

std::string name_of(const Outcome& outcome) { return outcome.record_name().text(); }

}  // namespace

std::string_view Step::record_text() const { return txt ? select_record(*txt).text : std::string_view(); }

dns::Name Outcome::record_name() const { return path.empty() ? dns::Name() : path.back().txt->name(); }
std::string_view Outcome::record_text() const {
  return path.empty() ? std::string_view() : path.back().record_text();
}
std::string_view Outcome::term_text() const {
  return path.empty() ? std::string_view() : path.back().term_text();
}

std::vector<dns::Name> Outcome::names() const {
  std::vector<dns::Name> out;
  for (const Step& step : path) out.push_back(step.txt->name());
  return out;
}

std::string_view Outcome::section() const {
  switch (why) {
    case Reason::no_domain:
    case Reason::long_local_part:
    case Reason::no_name:
      return "4.3";
    case Reason::no_record:
    case Reason::several_records:
      return "4.5";
    case Reason::syntax:
      return section_of(fault);
    case Reason::matched:
      return "4.6.2";
    case Reason::nothing_matched:
      return "4.7";
    case Reason::lookup_limit:
    case Reason::void_limit:
    case Reason::mx_limit:
      return "4.6.4";
    case Reason::include_without_record:
      return "5.2";
    case Reason::redirect_without_record:
      return "6.1";
    case Reason::dns_error:
      return "4.4";
  }
  return "";
}

std::string Outcome::reason() const {
  switch (why) {
    case Reason::no_domain:
      return "there is no domain of at least two labels to check";
    case Reason::long_local_part:
      return fmt::format("the sender's local part is longer than {} octets", kMaxLocalPart);
    case Reason::no_name:
      return "the domain does not exist";
    case Reason::no_record:
      return "the domain has no SPF record";
    case Reason::several_records:
      return fmt::format("{} has more than one SPF record", name_of(*this));
    case Reason::syntax:
      return fmt::format("the record of {} is faulty at \"{}\": {}", name_of(*this), shown(term_text()),
                         describe(fault));
    case Reason::matched:
      return fmt::format("matched {}", words_of(*this));
    case Reason::nothing_matched:
      return "no term matched, and the record says nothing about the rest";
    case Reason::lookup_limit:
      return fmt::format("more than {} terms that need DNS, at {}", lookups, words_of(*this));
    case Reason::void_limit:
      return fmt::format("{} lookups found nothing, the last at {}", voids, words_of(*this));
    case Reason::mx_limit:
      return fmt::format("too many mail exchangers, at {}", words_of(*this));
    case Reason::include_without_record:
      return fmt::format("there is no SPF record where {} points", words_of(*this));
    case Reason::redirect_without_record:
      return fmt::format("there is no SPF record where {} points", words_of(*this));
    case Reason::dns_error:
      return fmt::format("{} {} could not be looked up: {}{}{}", dns::to_string(unknown->type()),
                         unknown->name().text(), facts::describe(unknown->why()),
                         unknown->detail().empty() ? "" : ": ",
                         base::excerpt(unknown->detail(), kMaxTermShown));
  }
  return "";
}

}  // namespace rampart::spf
