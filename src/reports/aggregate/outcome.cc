#include "reports/aggregate/outcome.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rampart::reports {
namespace {

// Between the fields of an outcome's text, between the items of a list, and between the parts of an item. None of them is in a
// text that was read.
constexpr char kField = '\t';
constexpr char kItem = '\n';
constexpr char kPart = '\r';

constexpr std::array<std::string_view, 5> kDispositions{"unknown", "none", "pass", "quarantine", "reject"};
constexpr std::array<std::string_view, 3> kAligned{"unknown", "pass", "fail"};
constexpr std::array<std::string_view, 9> kResults{"unknown", "none",    "pass",      "fail",     "softfail",
                                                   "policy",  "neutral", "temperror", "permerror"};
constexpr std::array<std::string_view, 8> kOverrides{"unknown",   "local_policy",     "mailing_list",
                                                     "other",     "policy_test_mode", "trusted_forwarder",
                                                     "forwarded", "sampled_out"};

std::string clean(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == kField || c == kItem || c == kPart; }, ' ');
  return text;
}

void add_item(std::initializer_list<std::string_view> parts, std::string& out) {
  for (const auto part : parts) {
    out += part;
    out += kPart;
  }
  out += kItem;
}

template <class T, std::size_t N>
std::optional<T> parse_word(const std::array<std::string_view, N>& words, std::string_view text) {
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) return std::nullopt;
  return static_cast<T>(found - words.begin());
}

// Parts of a text that ends with each of them: "a" kPart "b" kPart.
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next(char end) {
    const auto at = rest_.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const auto out = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return out;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

template <class F>
bool each_item(std::string_view list, F&& function) {
  Parts items(list);
  while (!items.done()) {
    const auto item = items.next(kItem);
    if (!item || !function(Parts(*item))) return false;
  }
  return true;
}

}  // namespace

std::string_view to_string(Disposition disposition) {
  return kDispositions[static_cast<std::size_t>(disposition)];
}
std::string_view to_string(Aligned aligned) { return kAligned[static_cast<std::size_t>(aligned)]; }
std::string_view to_string(AuthResult result) { return kResults[static_cast<std::size_t>(result)]; }
std::string_view to_string(Override reason) { return kOverrides[static_cast<std::size_t>(reason)]; }

EndKind end_of(const Outcome& outcome) {
  if (outcome.dkim == Aligned::pass) return EndKind::dkim;
  if (outcome.spf == Aligned::pass) return EndKind::spf_only;
  if (outcome.disposition == Disposition::quarantine) return EndKind::quarantined;
  return outcome.disposition == Disposition::reject ? EndKind::rejected : EndKind::delivered;
}

void OutcomeText::clear() {
  reasons_.clear();
  dkim_.clear();
  spf_.clear();
}

void OutcomeText::add_reason(Override type, std::string_view comment) {
  add_item({to_string(type), comment}, reasons_);
}

void OutcomeText::add_dkim(std::string_view domain, std::string_view selector, AuthResult result) {
  add_item({domain, selector, to_string(result)}, dkim_);
}

void OutcomeText::add_spf(std::string_view domain, bool helo, AuthResult result) {
  add_item({domain, helo ? "helo" : "mfrom", to_string(result)}, spf_);
}

std::string_view OutcomeText::text(const Head& head) {
  text_.clear();
  for (const auto field : {to_string(head.disposition), to_string(head.dkim), to_string(head.spf),
                           head.header_from, head.envelope_from, head.envelope_to, std::string_view(reasons_),
                           std::string_view(dkim_), std::string_view(spf_)}) {
    text_ += field;
    text_ += kField;
  }
  return text_;
}

void append_outcome(const Outcome& outcome, std::string& out) {
  OutcomeText text;
  for (const auto& reason : outcome.reasons) text.add_reason(reason.type, clean(reason.comment));
  for (const auto& seen : outcome.dkim_seen)
    text.add_dkim(clean(seen.domain), clean(seen.selector), seen.result);
  for (const auto& seen : outcome.spf_seen) text.add_spf(clean(seen.domain), seen.helo, seen.result);
  const auto from = clean(outcome.header_from);
  const auto sender = clean(outcome.envelope_from);
  const auto recipient = clean(outcome.envelope_to);
  out += text.text({.disposition = outcome.disposition,
                    .dkim = outcome.dkim,
                    .spf = outcome.spf,
                    .header_from = from,
                    .envelope_from = sender,
                    .envelope_to = recipient});
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  Parts fields(text);
  std::array<std::string_view, 9> field;
  for (auto& one : field) {
    const auto next = fields.next(kField);
    if (!next) return std::nullopt;
    one = *next;
  }
  const auto disposition = parse_word<Disposition>(kDispositions, field[0]);
  const auto dkim = parse_word<Aligned>(kAligned, field[1]);
  const auto spf = parse_word<Aligned>(kAligned, field[2]);
  if (!fields.done() || !disposition || !dkim || !spf) return std::nullopt;
  Outcome out{.disposition = *disposition,
              .dkim = *dkim,
              .spf = *spf,
              .header_from = std::string(field[3]),
              .envelope_from = std::string(field[4]),
              .envelope_to = std::string(field[5])};
  const bool whole =
      each_item(field[6],
                [&](Parts parts) {
                  const auto type = parts.next(kPart);
                  const auto comment = parts.next(kPart);
                  const auto word = type ? parse_word<Override>(kOverrides, *type) : std::nullopt;
                  if (!word || !comment || !parts.done()) return false;
                  out.reasons.push_back({*word, std::string(*comment)});
                  return true;
                }) &&
      each_item(field[7],
                [&](Parts parts) {
                  const auto domain = parts.next(kPart);
                  const auto selector = parts.next(kPart);
                  const auto result = parts.next(kPart);
                  const auto word = result ? parse_word<AuthResult>(kResults, *result) : std::nullopt;
                  if (!word || !parts.done()) return false;
                  out.dkim_seen.push_back({std::string(*domain), std::string(*selector), *word});
                  return true;
                }) &&
      each_item(field[8], [&](Parts parts) {
        const auto domain = parts.next(kPart);
        const auto scope = parts.next(kPart);
        const auto result = parts.next(kPart);
        const auto word = result ? parse_word<AuthResult>(kResults, *result) : std::nullopt;
        if (!word || !parts.done()) return false;
        out.spf_seen.push_back({std::string(*domain), *scope == "helo", *word});
        return true;
      });
  if (!whole) return std::nullopt;
  return out;
}

}  // namespace rampart::reports
