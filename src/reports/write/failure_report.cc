#include "reports/write/failure_report.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "auth/results_field.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "mail/compose.h"

namespace rampart::reports {
namespace {

using base::ErrorKind;
using dmarc::Alignment;
using Method = Alignment::Method;

constexpr std::size_t kMaxSpfText = 400;  // bytes of an SPF record that are told

const auth::DmarcChecked* decided(const auth::Authentication& result) {
  return result.decided_by < result.domains.size() ? &result.domains[result.decided_by] : nullptr;
}

// Of one mechanism: whether anything of it passed aligned, and whether that is known.
struct Mechanism {
  bool passes = false;
  bool unknown = false;
};
Mechanism mechanism(const dmarc::Verdict& verdict, Method method) {
  Mechanism out;
  for (const auto& one : verdict.alignments) {
    if (one.method != method) continue;
    if (one.passes()) out.passes = true;
    if (one.check == dmarc::Check::temperror ||
        (one.check == dmarc::Check::pass && one.aligned == dmarc::Aligned::unknown))
      out.unknown = true;
  }
  return out;
}

// Whatever is aligned: d and s of fo ask for that alone.
bool signature_failed(const auth::Authentication& result) {
  return std::ranges::any_of(result.dkim, [](const dkim::Checked& one) {
    return one.result == dkim::Result::fail || one.result == dkim::Result::permerror;
  });
}
bool spf_failed(const auth::Authentication& result) {
  return result.spf && (result.spf->outcome.result == spf::Result::fail ||
                        result.spf->outcome.result == spf::Result::softfail ||
                        result.spf->outcome.result == spf::Result::permerror);
}

std::string failed_methods(const dmarc::Verdict& verdict) {
  std::vector<std::string_view> out;
  if (!mechanism(verdict, Method::dkim).passes) out.emplace_back("dkim");
  if (!mechanism(verdict, Method::spf).passes) out.emplace_back("spf");
  return out.empty() ? "none" : fmt::format("{}", fmt::join(out, ", "));
}

// A field of the report: printable, in one line, so that nothing of the message begins another.
void add(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) out += fmt::format("{}: {}\r\n", name, base::printable(value));
}

// The DKIM fields of RFC 6591 section 3.2.3, of the first signature of the From domain's organisation that does not hold.
void add_dkim(const FailedMessage& failed, const auth::DmarcChecked& checked, const Redactor& redactor,
              std::string& out) {
  const auto& organisation = checked.verdict.organizational_domain;
  for (const auto& one : failed.result.dkim) {
    if (one.passes() || !organisation || !one.signature->domain.is_within(*organisation)) continue;
    add(out, "DKIM-Domain", one.signature->domain.text());
    add(out, "DKIM-Identity",
        one.signature->identity.empty() ? "@" + one.signature->domain.text()
                                        : redactor.addresses(one.signature->identity));
    add(out, "DKIM-Selector", one.signature->selector);
    return;
  }
}

// RFC 6591 section 3.2.4.
void add_spf(const FailedMessage& failed, const auth::DmarcChecked& checked, std::string& out) {
  const auto& spf = failed.result.spf;
  const auto& organisation = checked.verdict.organizational_domain;
  if (!spf || spf->outcome.result == spf::Result::pass || !organisation ||
      !spf->domain.is_within(*organisation))
    return;
  const auto text = base::excerpt(spf->outcome.record_text(), kMaxSpfText);
  if (text.empty()) return;
  std::string quoted;
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  add(out, "SPF-DNS", fmt::format("txt : {} : \"{}\"", spf->outcome.record_name().text(), quoted));
}

std::string feedback_of(const FailedMessage& failed, const auth::DmarcChecked& checked,
                        const Reporter& reporter, const Redactor& redactor) {
  std::string out = "Feedback-Type: auth-failure\r\nVersion: 1\r\n";
  add(out, "User-Agent", reporter.generator.empty() ? "Rampart" : reporter.generator);
  add(out, "Auth-Failure", "dmarc");
  // It is folded, and says of MAIL FROM who it was.
  out += redactor.addresses(auth::results_field(reporter.domain, failed.envelope, failed.result));
  add(out, "Identity-Alignment", failed_methods(checked.verdict));
  add(out, "Delivery-Result", failed.delivery);
  add_dkim(failed, checked, redactor, out);
  add_spf(failed, checked, out);
  if (failed.envelope.mail_from)
    add(out, "Original-Mail-From", fmt::format("<{}>", redactor.addresses(*failed.envelope.mail_from)));
  if (failed.envelope.ip) add(out, "Source-IP", failed.envelope.ip->text());
  add(out, "Arrival-Date", mail::format_date(failed.arrived));
  add(out, "Reported-Domain", checked.author.text());
  if (failed.incidents > 1) add(out, "Incidents", std::to_string(failed.incidents));
  return out;
}

std::string text_of(const FailedMessage& failed, const auth::DmarcChecked& checked,
                    const Reporter& reporter) {
  const auto domain = checked.author.text();
  auto out = fmt::format(
      "This is a DMARC failure report (RFC 9991) about a message with\n{} in its From field\n"
      "that {} received on {}{}.\n\n",
      domain, reporter.domain, mail::format_date(failed.arrived),
      failed.envelope.ip ? "\nfrom " + failed.envelope.ip->text() : "");
  if (failed.incidents > 1)
    out += fmt::format("It stands for {} messages that failed alike.\n\n", failed.incidents);
  out += fmt::format(
      "Names of people, subjects and the message itself are not told. You get it because\n"
      "the DMARC record of {} asks for it (ruf).\nQuestions: {}\n",
      checked.verdict.discovery.record_name.text(), reporter.email);
  return out;
}

std::string part(std::string_view type, std::string_view encoding, std::string_view content) {
  return fmt::format("Content-Type: {}\r\nContent-Transfer-Encoding: {}\r\n\r\n{}\r\n", type, encoding,
                     content);
}

}  // namespace

bool wants_failure_report(const auth::Authentication& result) {
  const auto* checked = decided(result);
  if (checked == nullptr || !checked->verdict.discovery.record) return false;
  const auto& record = *checked->verdict.discovery.record;
  if (record.psd == dmarc::Psd::y) return false;
  if (!std::ranges::any_of(record.ruf,
                           [](const dmarc::Uri& uri) { return uri.valid && uri.scheme == "mailto"; }))
    return false;
  const auto dkim = mechanism(checked->verdict, Method::dkim);
  const auto spf = mechanism(checked->verdict, Method::spf);
  const bool known = !dkim.unknown && !spf.unknown;
  if (record.fo.all_fail && known && checked->verdict.result == dmarc::Result::fail) return true;
  if (record.fo.any_fails && ((!dkim.passes && !dkim.unknown) || (!spf.passes && !spf.unknown))) return true;
  if (record.fo.dkim && signature_failed(result)) return true;
  return record.fo.spf && spf_failed(result);
}

bool is_report(const mail::Header& header) {
  for (const auto& field : header.fields) {
    const auto value = base::lower(base::trim(mail::unfold(field.value)));
    if (field.is("Auto-Submitted") && !value.starts_with("no")) return true;  // RFC 3834 section 5
    if (field.is("Content-Type") && value.starts_with("multipart/report")) return true;
  }
  return false;
}

base::Result<FailureMail> failure_report(const FailedMessage& failed, const Reporter& reporter,
                                         const Redactor& redactor, std::string_view to) {
  const auto* checked = decided(failed.result);
  if (checked == nullptr || !wants_failure_report(failed.result))
    return base::fail(ErrorKind::input, "nobody asks for a report of this message");
  if (is_report(failed.message.header))
    return base::fail(ErrorKind::input, "no report is made of what a machine sent about mail");
  if (!redactor.safe())
    return base::fail(ErrorKind::input, "the key that hides names is too short", {},
                      fmt::format("at least {} random bytes", kMinRedactionKey));
  const auto from = TRY(mail::parse_address(reporter.email));
  const auto address = TRY(mail::parse_address(to));
  const auto feedback = feedback_of(failed, *checked, reporter, redactor);
  const auto header = redactor.header(failed.message.header);
  const auto id = base::hex(crypto::sha256(fmt::format("{}\t{}\t{}\t{}", address, feedback, header,
                                                       failed.arrived.time_since_epoch().count())))
                      .substr(0, 32);
  const auto boundary = "=_" + id;
  FailureMail out{.to = address, .message = {}};
  auto& text = out.message;
  constexpr std::string_view kFrom = "From: ";
  text += fmt::format("{}{} <{}>\r\nTo: <{}>\r\n", kFrom,
                      mail::encode_header_text(reporter.organisation, kFrom.size()), from, address);
  text += fmt::format("Subject: DMARC failure report for {}\r\nDate: {}\r\nMessage-ID: <{}@{}>\r\n",
                      checked->author.text(), mail::format_date(failed.arrived), id, reporter.domain);
  text += fmt::format(
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report;\r\n"
      " report-type=feedback-report; boundary=\"{}\"\r\n\r\n",
      boundary);
  for (const auto& one : {part("text/plain; charset=utf-8", "quoted-printable",
                               mail::quoted_printable(text_of(failed, *checked, reporter))),
                          part("message/feedback-report", "7bit", feedback),
                          // Lines may be as long as a stranger made them.
                          part("text/rfc822-headers", "quoted-printable", mail::quoted_printable([&] {
                                 auto lines = header;
                                 std::erase(lines, '\r');
                                 return lines;
                               }()))})
    text += fmt::format("--{}\r\n{}", boundary, one);
  text += fmt::format("--{}--\r\n", boundary);
  return out;
}

FailureKey failure_key(const auth::Envelope& envelope, const auth::Authentication& result) {
  FailureKey out;
  const auto* checked = decided(result);
  if (checked == nullptr) return out;
  out.policy_domain = checked->verdict.discovery.record_name;
  if (envelope.ip) out.source = envelope.ip->text();
  out.how = failed_methods(checked->verdict);
  return out;
}

bool FailureLimiter::full(Hour& hour, base::Time now, unsigned limit) {
  const auto number = std::chrono::floor<std::chrono::hours>(now).time_since_epoch().count();
  if (hour.hour != number) hour = {.hour = number, .sent = 0};
  return hour.sent >= limit;
}

std::optional<std::uint64_t> FailureLimiter::take(const FailureKey& key, base::Time now) {
  auto found = kinds_.find(key);
  if (found == kinds_.end()) {
    if (kinds_.size() >= limits_.kinds) {
      std::erase_if(kinds_, [&](const auto& one) { return one.second.last + limits_.alike <= now; });
      if (kinds_.size() >= limits_.kinds) return std::nullopt;  // a flood of kinds: none of them is told
    }
    found = kinds_.emplace(key, Kind{.last = now - limits_.alike, .held = 0}).first;
  }
  auto& kind = found->second;
  // A clock that was set back does not silence a kind for longer than it would have been.
  if (kind.last > now) kind.last = now;
  ++kind.held;
  if (now < kind.last + limits_.alike) return std::nullopt;
  if (domains_.size() > limits_.kinds) domains_.clear();
  auto& domain = domains_[key.policy_domain];
  if (full(total_, now, limits_.total) || full(domain, now, limits_.domain)) return std::nullopt;
  ++total_.sent;
  ++domain.sent;
  kind.last = now;
  return std::exchange(kind.held, 0);
}

}  // namespace rampart::reports
