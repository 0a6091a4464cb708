#include "auth/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/columns.h"
#include "base/ink.h"
#include "base/json.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::auth {
namespace {

using base::Ink;
using base::printable;
using base::Tone;

constexpr std::string_view kSchema = "rampart.auth/1";
constexpr std::size_t kMinWidth = 40;  // columns
constexpr std::size_t kMechanism = 7;  // "DMARC  "
constexpr std::size_t kResult = 11;    // "permerror  "

Tone tone_of(std::string_view result) {
  if (result == "pass") return Tone::good;
  return result == "fail" ? Tone::bad : Tone::warn;
}

std::string author_of(const Authentication& result) {
  std::string out;
  for (const auto& domain : result.author.domains) out += (out.empty() ? "" : ", ") + dns::display(domain);
  return out.empty() ? "nobody that can be named" : out;
}

// "_dmarc.bank.example p=reject", the record that applies.
std::string record_of(const dmarc::Discovery& found) {
  return fmt::format("_dmarc.{} {}={}", found.record_name.text(), found.tag,
                     dmarc::to_string(found.published));
}

std::string section_of(std::string_view section) {
  return section.empty() ? std::string() : fmt::format(" ({})", section);
}

class Text {
 public:
  explicit Text(const ReportOptions& options)
      : ink_(options.color), width_(std::max(options.width, kMinWidth)) {}

  std::string print(const Authentication& result) {
    for (const auto& part : base::wrap(printable(sentence(result)), width_))
      out_ += ink_(Tone::bold, part) + '\n';
    out_ += '\n';
    if (result.spf) {
      line("SPF", spf::to_string(result.spf->outcome.result), spf_words(*result.spf));
      record(result.spf->outcome.record_name(), result.spf->outcome.record_text());
    } else {
      line("SPF", "unjudged", "the client's address is not known (--ip)");
    }
    for (const auto& checked : result.dkim) {
      line("DKIM", dkim::to_string(checked.result), checked.why + section_of(checked.section));
    }
    if (result.dkim.empty()) line("DKIM", "none", "no signature");
    if (result.arc.result != arc::Result::none)
      line("ARC", arc::to_string(result.arc.result), result.arc.why + section_of(result.arc.section));
    for (const auto& domain : result.domains) dmarc_of(domain, result.domains.size() > 1);
    if (result.domains.empty() || !result.author.fault.empty())
      line("DMARC", dmarc::to_string(result.dmarc), result.why);
    if (result.iprev) line("iprev", to_string(result.iprev->result), result.iprev->why);
    return std::move(out_);
  }

 private:
  static std::string spf_words(const SpfChecked& spf) {
    const auto whose = spf.domain.is_root() ? std::string("the sender") : spf.domain.text();
    return fmt::format("{}{}: {} ({})", whose, spf.by_helo ? " (HELO)" : "", spf.outcome.reason(),
                       spf.outcome.section());
  }

  void dmarc_of(const DmarcChecked& domain, bool several) {
    const auto& verdict = domain.verdict;
    const auto whose = several ? domain.author.text() + ": " : std::string();
    line("DMARC", dmarc::to_string(verdict.result), whose + verdict.why);
    const auto& found = verdict.discovery;
    if (found.status == dmarc::Discovery::Status::found && found.record)
      detail(
          fmt::format("{}{}", record_of(found),
                      found.testing() ? fmt::format(", in test: {}", dmarc::to_string(found.policy)) : ""));
    for (const auto& alignment : verdict.alignments) {
      if (!alignment.why.empty())
        detail(fmt::format("{} {}: {}", dmarc::to_string(alignment.method), alignment.domain.text(),
                           alignment.why));
    }
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
  void record(const dns::Name& name, std::string_view text) {
    if (!text.empty()) detail(fmt::format("{} TXT: \"{}\"", name.text(), base::excerpt(text, 300)));
  }

  Ink ink_;
  std::size_t width_;
  std::string out_;
};

using base::JsonWriter;

void nullable(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

std::string text_of(const dns::Name& name) { return name.is_root() ? std::string() : name.text(); }

void write_spf(JsonWriter& json, const SpfChecked& spf) {
  const auto& outcome = spf.outcome;
  json.key("spf").begin_object().member("result", spf::to_string(outcome.result));
  nullable(json, "domain", text_of(spf.domain));
  json.member("scope", spf.by_helo ? "helo" : "mfrom").member("why", outcome.reason());
  nullable(json, "section", outcome.section());
  nullable(json, "record_name", text_of(outcome.record_name()));
  nullable(json, "record", outcome.record_text());
  nullable(json, "term", outcome.term_text());
  json.member("lookups", outcome.lookups).member("voids", outcome.voids).end_object();
}

void write_dkim(JsonWriter& json, const std::vector<dkim::Checked>& signatures) {
  json.key("dkim").begin_array();
  for (const auto& checked : signatures) {
    const auto& signature = checked.signature;
    json.begin_object()
        .member("result", dkim::to_string(checked.result))
        .member("verified", checked.verified);
    nullable(json, "domain", text_of(signature.domain));
    nullable(json, "selector", signature.selector);
    nullable(json, "identity", signature.identity);
    nullable(json, "algorithm", signature.algorithm);
    json.member("bits", checked.bits)
        .member("testing", checked.testing)
        .member("unsigned_octets", checked.unsigned_octets);
    json.member("why", checked.why);
    nullable(json, "section", checked.section);
    json.member_array("signed", signature.names).end_object();
  }
  json.end_array();
}

void write_arc(JsonWriter& json, const arc::Validated& arc) {
  json.key("arc").begin_object().member("result", arc::to_string(arc.result));
  nullable(json, "why", arc.why);
  nullable(json, "section", arc.section);
  json.key("oldest_pass");
  if (arc.result == arc::Result::pass) {
    json.value(arc.oldest_pass);
  } else {
    json.null();
  }
  json.key("sets").begin_array();
  for (const auto& set : arc.chain.sets) {
    json.begin_object()
        .member("instance", set.instance)
        .member("domain", set.seal_signature.domain.text())
        .member("selector", set.seal_signature.selector)
        .member("chain", set.seal_signature.chain)
        .end_object();
  }
  json.end_array().end_object();
}

template <class V>
void write_verdict(JsonWriter& json, std::string_view key, const V& verdict) {
  const auto& found = verdict.discovery;
  json.key(key).begin_object().member("result", dmarc::to_string(verdict.result)).member("why", verdict.why);
  nullable(json, "record_name", found.record ? fmt::format("_dmarc.{}", found.record_name.text()) : "");
  nullable(json, "tag", found.tag);
  json.member("policy", dmarc::to_string(found.policy)).member("asked", dmarc::to_string(verdict.policy()));
  json.key("alignments").begin_array();
  for (const auto& alignment : verdict.alignments) {
    constexpr std::string_view kAligned[] = {"yes", "no", "unknown"};
    json.begin_object()
        .member("method", dmarc::to_string(alignment.method))
        .member("domain", alignment.domain.text())
        .member("aligned", kAligned[static_cast<std::size_t>(alignment.aligned)])
        .member("why", alignment.why)
        .end_object();
  }
  json.end_array().end_object();
}

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
           std::ranges::find(result.author.domains, checked.signature.domain) != result.author.domains.end();
  });
  return signed_by_it
             ? fmt::format("{} signed this message, and publishes no DMARC record.", author)
             : fmt::format("Nothing says whether this message is from {}: it publishes no DMARC record.",
                           author);
}

std::string report_text(const Envelope&, const Authentication& result, const ReportOptions& options) {
  return Text(options).print(result);
}

std::string report_json(const Envelope& envelope, const Authentication& result,
                        const ReportOptions& options) {
  std::string out;
  JsonWriter json(out, base::JsonStyle::pretty);
  json.begin_object().member("schema", kSchema).member("now", base::format_time(options.now));
  json.key("program")
      .begin_object()
      .member("name", "rampart")
      .member("version", options.version)
      .end_object();
  json.member_array("source", options.source).member_array("notes", options.notes);
  json.key("envelope").begin_object();
  nullable(json, "ip", envelope.ip ? envelope.ip->text() : "");
  nullable(json, "helo", envelope.helo);
  json.key("mail_from");
  if (envelope.mail_from) {
    json.value(*envelope.mail_from);
  } else {
    json.null();
  }
  json.end_object();
  json.key("author").begin_object().member("fields", result.author.fields);
  json.key("domains").begin_array();
  for (const auto& domain : result.author.domains) json.value(domain.text());
  json.end_array().member_array("addresses", result.author.addresses);
  nullable(json, "fault", result.author.fault);
  json.end_object().member("sentence", sentence(result));
  if (result.spf) {
    write_spf(json, *result.spf);
  } else {
    json.key("spf").null();
  }
  write_dkim(json, result.dkim);
  write_arc(json, result.arc);
  json.key("dmarc")
      .begin_object()
      .member("result", dmarc::to_string(result.dmarc))
      .member("policy", dmarc::to_string(result.policy))
      .member("why", result.why);
  json.key("domains").begin_array();
  for (const auto& domain : result.domains) {
    json.begin_object().member("domain", domain.author.text());
    write_verdict(json, "rfc9989", domain.verdict);
    write_verdict(json, "rfc7489", domain.legacy);
    json.end_object();
  }
  json.end_array().end_object().key("iprev");
  if (result.iprev) {
    json.begin_object().member("result", to_string(result.iprev->result)).member("why", result.iprev->why);
    nullable(json, "name", text_of(result.iprev->name));
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
  return out + '\n';
}

}  // namespace rampart::auth
