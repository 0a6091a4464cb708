#include "auth/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/columns.h"
#include "base/ink.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::auth {
namespace {

using base::Ink;
using base::printable;
using base::Tone;

constexpr std::size_t kMinWidth = 40;      // columns
constexpr std::size_t kMechanism = 7;      // "DMARC  "
constexpr std::size_t kResult = 11;        // "permerror  "
constexpr std::size_t kShownRecord = 300;  // bytes

Tone tone_of(std::string_view result) {
  if (result == "pass") return Tone::good;
  return result == "fail" ? Tone::bad : Tone::warn;
}

std::string author_of(const Authentication& result) {
  std::string out;
  for (const auto& domain : result.author.domains) out += (out.empty() ? "" : ", ") + dns::display(domain);
  return out.empty() ? "nobody that can be named" : out;
}

// "its p=reject applies": what the record that was found asks for, of this message or of one that does not pass.
std::string asked(const dmarc::Discovery& found, dmarc::Result result) {
  const std::string_view when =
      result == dmarc::Result::pass ? "applies to mail that does not pass" : "applies";
  auto out = fmt::format("its {}={} {}", found.tag, dmarc::to_string(found.published), when);
  if (found.as_none) out = "it is broken, and counts as p=none";
  if (found.testing()) out += fmt::format(", in test (t=y) as {}", dmarc::to_string(found.policy));
  return out;
}

std::string_view to_string(dmarc::Check check) {
  constexpr std::string_view kWords[] = {"pass", "not passed", "temperror"};
  return kWords[static_cast<std::size_t>(check)];
}

std::string section_of(std::string_view section) {
  return section.empty() ? std::string() : fmt::format(" ({})", section);
}

std::string signatures_sentence(const Signatures& found) {
  std::vector<std::string> signers;
  for (const auto& checked : found.dkim) {
    auto name = dns::display(checked.signature->domain);
    if (checked.passes() && std::ranges::find(signers, name) == signers.end())
      signers.push_back(std::move(name));
  }
  if (!signers.empty())
    return fmt::format("Signed by {}, and not changed since.", fmt::join(signers, " and "));
  if (found.dkim.empty()) return "Nobody signed this message.";
  const auto unknown = std::ranges::any_of(
      found.dkim, [](const auto& checked) { return checked.result == dkim::Result::temperror; });
  return unknown ? "Whether a signature holds could not be found out."
                 : "No signature of this message holds.";
}

std::string spf_sentence(const Envelope& envelope, const SpfChecked& spf) {
  const auto ip = envelope.ip->text();
  const auto domain = spf.domain.is_root() ? std::string("the sender") : dns::display(spf.domain);
  switch (spf.outcome.result) {
    case spf::Result::pass:
      return fmt::format("{} may send as {}.", ip, domain);
    case spf::Result::fail:
      return fmt::format("{} may not send as {}.", ip, domain);
    case spf::Result::softfail:
      return fmt::format("{} should not be sending as {}, and its owner is not sure.", ip, domain);
    case spf::Result::neutral:
      return fmt::format("{} leaves open whether {} may send as it.", domain, ip);
    case spf::Result::none:
      return fmt::format("{} says nothing of who may send as it.", domain);
    case spf::Result::temperror:
      return fmt::format("Whether {} may send as {} could not be found out.", ip, domain);
    case spf::Result::permerror:
      break;
  }
  return fmt::format("The SPF record of {} is broken, so it says nothing of {}.", domain, ip);
}

class Text {
 public:
  explicit Text(const ReportOptions& options)
      : ink_(options.color), width_(std::max(options.width, kMinWidth)) {}

  std::string print(const Authentication& result) {
    headline(sentence(result));
    if (result.spf) {
      line("SPF", spf::to_string(result.spf->outcome.result), spf_words(*result.spf));
      record(result.spf->outcome.record_name().text(), result.spf->outcome.record_text());
    } else {
      line("SPF", "unjudged", "the client's address is not known (--ip)");
    }
    signatures(result.dkim, result.arc, false);
    for (const auto& domain : result.domains) dmarc_of(domain, result.domains.size() > 1);
    if (result.domains.empty() || !result.author.fault.empty())
      line("DMARC", dmarc::to_string(result.dmarc), result.why);
    if (result.iprev) line("iprev", to_string(result.iprev->result), result.iprev->why);
    return std::move(out_);
  }

  std::string print(const Signatures& found) {
    headline(signatures_sentence(found));
    signatures(found.dkim, found.arc, true);
    return std::move(out_);
  }

  std::string print(const Envelope& envelope, const SpfReport& report) {
    const auto& outcome = report.spf.outcome;
    headline(spf_sentence(envelope, report.spf));
    line("SPF", spf::to_string(outcome.result), spf_words(report.spf));
    for (const auto& step : outcome.path) {
      record(step.txt->name().text(), step.record_text());
      if (step.term.length != 0)
        detail(fmt::format("  decided by {}", base::excerpt(step.term_text(), kShownRecord)));
    }
    detail(fmt::format("{} of {} lookups, {} of {} that found nothing", outcome.lookups,
                       spf::Limits().lookups, outcome.voids, spf::Limits().voids));
    if (report.explanation) detail(fmt::format("its own words: \"{}\"", *report.explanation));
    return std::move(out_);
  }

 private:
  void headline(std::string_view words) {
    for (const auto& part : base::wrap(printable(words), width_)) out_ += ink_(Tone::bold, part) + '\n';
    out_ += '\n';
  }

  void signatures(const std::vector<dkim::Checked>& dkim, const arc::Validated& arc, bool closely) {
    for (const auto& checked : dkim) {
      line("DKIM", dkim::to_string(checked.result), checked.why + section_of(checked.section));
      if (closely) signature(checked);
    }
    if (dkim.empty()) line("DKIM", "none", "no signature");
    if (arc.result != arc::Result::none)
      line("ARC", arc::to_string(arc.result), arc.why + section_of(arc.section));
  }
  void signature(const dkim::Checked& checked) {
    const auto& signature = *checked.signature;
    if (!signature.selector.empty() && !signature.domain.is_root())
      detail(fmt::format("{}._domainkey.{}, {}, {}/{}", signature.selector, signature.domain.text(),
                         signature.algorithm, dkim::to_string(signature.header_canon),
                         dkim::to_string(signature.body_canon)));
    if (!signature.names.empty()) detail(fmt::format("covers {}", fmt::join(signature.names, ", ")));
    if (checked.testing) detail("the key says that it is in test (t=y), which changes nothing");
  }

  static std::string spf_words(const SpfChecked& spf) {
    const auto whose = spf.domain.is_root() ? std::string("the sender") : spf.domain.text();
    return fmt::format("{}{}: {} (RFC 7208 section {})", whose, spf.by_helo ? " (HELO)" : "",
                       spf.outcome.reason(), spf.outcome.section());
  }

  void dmarc_of(const DmarcChecked& domain, bool several) {
    const auto& verdict = domain.verdict;
    const auto whose = several ? domain.author.text() + ": " : std::string();
    line("DMARC", dmarc::to_string(verdict.result), whose + verdict.why);
    const auto& found = verdict.discovery;
    if (found.record) record(fmt::format("_dmarc.{}", found.record_name.text()), found.record->text);
    if (found.status == dmarc::Discovery::Status::found) detail(asked(found, verdict.result));
    std::vector<std::string> lines;  // two signatures of one domain say the same
    for (const auto& alignment : verdict.alignments) {
      auto words = fmt::format("{} {}, {}: {}", dmarc::to_string(alignment.method), alignment.domain.text(),
                               to_string(alignment.check), alignment.why);
      if (!alignment.why.empty() && std::ranges::find(lines, words) == lines.end())
        lines.push_back(std::move(words));
    }
    for (const auto& words : lines) detail(words);
    if (domain.legacy.result != verdict.result || domain.legacy.policy() != verdict.policy())
      detail(fmt::format("a receiver that follows RFC 7489: {}, {}", dmarc::to_string(domain.legacy.result),
                         dmarc::to_string(domain.legacy.policy())));
  }

  void line(std::string_view mechanism, std::string_view result, std::string_view words) {
    constexpr auto kIndent = 2 + kMechanism + kResult;
    bool first = true;
    for (const auto& part : base::wrap(printable(words), width_ - kIndent)) {
      out_ += first ? fmt::format("  {}{}{}\n", base::pad_right(mechanism, kMechanism),
                                  ink_(tone_of(result), base::pad_right(result, kResult)), part)
                    : fmt::format("{}{}\n", std::string(kIndent, ' '), part);
      first = false;
    }
  }
  void detail(std::string_view words) {
    constexpr auto kIndent = 2 + kMechanism + kResult;
    for (const auto& part : base::wrap(printable(words), width_ - kIndent))
      out_ += fmt::format("{}{}\n", std::string(kIndent, ' '), ink_(Tone::dim, part));
  }
  void record(std::string_view name, std::string_view text) {
    if (!text.empty()) detail(fmt::format("{} TXT: \"{}\"", name, base::excerpt(text, kShownRecord)));
  }

  Ink ink_;
  std::size_t width_;
  std::string out_;
};

}  // namespace

std::string sentence(const Authentication& result) {
  const auto author = author_of(result);
  switch (result.dmarc) {
    case dmarc::Result::pass:
      return fmt::format("This message is from {}: {}.", author, result.why);
    case dmarc::Result::fail:
      return result.policy == dmarc::Policy::none
                 ? fmt::format(
                       "This message is not proven to be from {}: {}. Its owner asks for nothing to be done "
                       "about it.",
                       author, result.why)
                 : fmt::format("This message is not from {}: {}. Its owner asks to {} such mail.", author,
                               result.why, dmarc::to_string(result.policy));
    case dmarc::Result::temperror:
      return fmt::format("Whether this message is from {} could not be found out: {}.", author, result.why);
    case dmarc::Result::permerror:
      return fmt::format("Whom this message is from cannot be said: {}.", result.why);
    case dmarc::Result::none:
      break;
  }
  const bool signed_by_it = std::ranges::any_of(result.dkim, [&](const dkim::Checked& checked) {
    return checked.passes() &&
           std::ranges::find(result.author.domains, checked.signature->domain) != result.author.domains.end();
  });
  return signed_by_it
             ? fmt::format("{} signed this message, and publishes no DMARC record.", author)
             : fmt::format("Nothing says whether this message is from {}: it publishes no DMARC record.",
                           author);
}

std::string report_text(const Envelope&, const Authentication& result, const ReportOptions& options) {
  return Text(options).print(result);
}

std::string signatures_text(const Signatures& signatures, const ReportOptions& options) {
  return Text(options).print(signatures);
}

std::string spf_text(const Envelope& envelope, const SpfReport& report, const ReportOptions& options) {
  return Text(options).print(envelope, report);
}

}  // namespace rampart::auth
