#include "guard/inspect/inspection.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::guard {
namespace {

using signal::Code;

constexpr std::size_t kTold = 3;  // signals in a cause's text

bool has_any(const ContentJudged& judged, std::span<const Code> codes) {
  return std::ranges::any_of(judged.signals, [&](const WeighedSignal& one) {
    return one.points > 0 && std::ranges::find(codes, one.signal.code) != codes.end();
  });
}

bool has_family(const ContentJudged& judged, signal::Family family) {
  return std::ranges::any_of(judged.signals, [&](const WeighedSignal& one) {
    return one.points > 0 && signal::kind_of(one.signal.code).family == family;
  });
}

// The texts of signals begin with a capital, which is no name's.
std::string strongest(const ContentJudged& judged, std::string (*behind)(const signal::Signal&)) {
  std::string out;
  std::size_t told = 0;
  for (const auto& one : judged.signals) {
    if (one.points <= 0 || told++ == kTold) break;
    const auto text = signal::kind_of(one.signal.code).english;
    out += base::lower(text.substr(0, 1));
    out += text.substr(1);
    out += behind(one.signal) + "; ";
  }
  return out;
}

}  // namespace

std::optional<Inspected> why_not_looked_at(const InspectionRules& rules, bool lists_name_content,
                                           std::size_t size) {
  if (!rules.is_on && !lists_name_content) return not_inspected("nobody looks into messages (guard.inspect)");
  if (size > rules.most)
    return not_inspected(fmt::format("it is larger than {} bytes (guard.inspect_size)", rules.most));
  return std::nullopt;
}

std::string_view ContentJudged::kind() const {
  constexpr std::array kMalware{Code::file_malware};
  constexpr std::array kExecutive{Code::protected_person, Code::own_name, Code::own_lookalike};
  constexpr std::array kLookalike{Code::partner_lookalike, Code::brand_lookalike, Code::brand_disguised,
                                  Code::link_lookalike};
  // What wants a password, money or a click on what is not what it seems.
  constexpr std::array kHarmful{Code::form_credentials,
                                Code::words_credentials,
                                Code::words_account_threat,
                                Code::words_extortion,
                                Code::words_payment_change,
                                Code::words_gift_card,
                                Code::credentials_link_away,
                                Code::credentials_file,
                                Code::threat_link_away,
                                Code::brand_hosted_page,
                                Code::hosted_page_request,
                                Code::gift_card_request,
                                Code::payment_change_diverted,
                                Code::extortion_coin,
                                Code::personal_request_free_mail,
                                Code::money_offer_diverted,
                                Code::unauthenticated_claim,
                                Code::first_contact_request,
                                Code::link_script,
                                Code::link_shown_brand,
                                Code::page_redirect,
                                Code::parts_contradict};
  if (has_any(*this, kMalware)) return "malware";
  if (has_any(*this, kExecutive)) return "executive-impersonation";
  const bool has_files = has_family(*this, signal::Family::attachments);
  if (has_files || has_any(*this, kHarmful)) return {};
  if (has_any(*this, kLookalike)) return "lookalike";
  return has_family(*this, signal::Family::impersonation) ? std::string_view() : "bulk";
}

std::string ContentJudged::score_text() const {
  const bool keeps = level == model::Level::quarantine;
  return fmt::format("its content scores {} points, and {} are enough to {} it", model::tenths(score),
                     model::tenths(keeps ? quarantine : tag), keeps ? "keep" : "tag");
}

std::string ContentJudged::text() const {
  return strongest(*this, [](const signal::Signal&) { return std::string(); }) + score_text();
}

std::string ContentJudged::text_with_evidence() const {
  const auto evidence = [](const signal::Signal& signal) {
    return signal.evidence.empty() ? std::string() : fmt::format(" [{}]", base::printable(signal.evidence));
  };
  return strongest(*this, evidence) + score_text();
}

ContentJudged judge_content(const ContentOf& of, const InspectionRules& rules) {
  auto found = signal::find_signals({.seen = of.seen,
                                     .names = of.names,
                                     .rules = *rules.names,
                                     .header = of.header,
                                     .recipients = of.recipients,
                                     .authentication = of.authentication,
                                     .sender = of.sender,
                                     .malware = of.malware});
  const auto judged = rules.model->judge(found);
  ContentJudged out{.score = judged.score,
                    .level = judged.level,
                    .signals = {},
                    .tag = rules.model->tag(),
                    .quarantine = rules.model->quarantine(),
                    .model = rules.model->name()};
  out.signals.reserve(judged.contributions.size());
  for (const auto& one : judged.contributions)
    out.signals.push_back({.signal = std::move(found[one.signal]), .points = one.points});
  return out;
}

}  // namespace rampart::guard
