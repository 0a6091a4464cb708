#include "guard/render/header_lines.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "auth/results_parse.h"
#include "base/text.h"
#include "dns/domain.h"
#include "mail/domain_part.h"
#include "mail/encoded_words.h"

namespace rampart::guard::render {
namespace {

struct Known {
  std::string_view field;
  std::string_view explained;
};
constexpr auto kKnown = std::to_array<Known>({
    {"From", "who it says wrote it"},
    {"Sender", "who it says handed it in for the author"},
    {"Reply-To", "where answers to it go"},
    {"To", "to whom it says it is written, which need not be who gets it"},
    {"Cc", "who it says gets a copy"},
    {"Subject", "what it says it is about"},
    {"Date", "when it says it was written"},
    {"Message-ID", "the name that its first program gave it"},
    {"In-Reply-To", "the message that it says it answers"},
    {"References", "the messages that it says came before"},
    {"Return-Path", "where bounces go: the sender of the envelope"},
    {"Received", "a mail server on its way; only those of servers of yours are to be believed"},
    {"Authentication-Results",
     "what a mail server says it found out; only that of servers of yours is to be believed"},
    {"DKIM-Signature", "a signature of a domain, which shows that it had the message in its hands"},
    {"ARC-Seal", "what a forwarder sealed of what it found out"},
    {"ARC-Message-Signature", "a forwarder's signature of the message as it had it"},
    {"ARC-Authentication-Results", "what a forwarder says it found out before it changed the message"},
    {"Received-SPF", "what a mail server says of the sender's address"},
    {"List-Id", "the mailing list that it says it came through"},
    {"List-Unsubscribe", "where it says one leaves the list"},
    {"Precedence", "that it says it was sent to many"},
    {"Auto-Submitted", "whether it says a person wrote it"},
    {"MIME-Version", "that it has parts and character sets"},
    {"Content-Type", "what kind of text or parts it holds"},
    {"Content-Transfer-Encoding", "how its text is written for the way"},
    {"Content-Disposition", "whether it is shown or offered as a file"},
    {"X-Mailer", "the program that it says wrote it"},
    {"User-Agent", "the program that it says wrote it"},
    {"X-Originating-IP", "the address that a webmail says it was written at"},
    {"Importance", "how pressing it says it is"},
    {"X-Priority", "how pressing it says it is"},
    {"Disposition-Notification-To", "to whom a receipt is to go when it is opened"},
});

void add_once(std::vector<std::string>& out, std::string_view code) {
  if (std::ranges::find(out, code) == out.end()) out.emplace_back(code);
}

// Of the author's domain DMARC speaks, and lists of whom to block.
bool is_of_author(std::string_view code) {
  return code.starts_with("dmarc") || code.starts_with("second-fact-author");
}
bool is_of_signature(std::string_view code) { return code.find("dkim") != std::string_view::npos; }

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

HeaderLine line_of(const mail::Field& field, const names::NameFacts& names, std::span<const Cause> causes) {
  HeaderLine out{.name = base::excerpt(field.name, 100),
                 .value = base::excerpt(
                     base::trim(mail::decode_words(mail::unfold(field.value), 4 * kMaxHeaderValue).text),
                     kMaxHeaderValue),
                 .explained = {},
                 .causes = {}};
  const auto* const known =
      std::ranges::find_if(kKnown, [&](const Known& one) { return field.is(one.field); });
  if (known != kKnown.end()) out.explained = known->explained;
  if (field.is("From") && !names.address.empty()) out.explained += ": " + names.address;
  for (const auto& evidence : names.evidence) {
    if (!field.is(evidence.field)) continue;
    if (!evidence.how.empty()) out.explained += (out.explained.empty() ? "" : ". ") + capital(evidence.how);
    add_once(out.causes, names::to_string(evidence.fact));
  }
  for (const auto& cause : causes)
    if ((field.is("From") && is_of_author(cause.code)) ||
        (field.is("DKIM-Signature") && is_of_signature(cause.code)))
      add_once(out.causes, cause.code);
  return out;
}

// --- the way that it came ---

std::string_view property(const auth::ReadResult& result, std::string_view type, std::string_view name) {
  const auto found = std::ranges::find_if(
      result.properties, [&](const auth::ReadProperty& one) { return one.type == type && one.name == name; });
  return found == result.properties.end() ? std::string_view() : std::string_view(found->value);
}

std::string registered(std::string_view domain) {
  const auto name = dns::Name::try_parse(base::lower(domain));
  if (!name) return base::lower(domain);
  const auto out = dns::registered_domain(*name);
  return out ? out->text() : name->text();
}

// As RFC 8601 section 2.7 has them; what is another word says that something is odd with us.
std::string_view outcome(std::string_view result) {
  constexpr auto kResults = std::to_array<std::string_view>(
      {"pass", "fail", "softfail", "neutral", "none", "policy", "temperror", "permerror"});
  const auto* const found = std::ranges::find(kResults, result);
  return found == kResults.end() ? std::string_view("none") : *found;
}

void write_aligned(base::JsonWriter& json, std::string_view domain, std::string_view author) {
  json.key("aligned");
  if (domain.empty() || author.empty())
    json.null();
  else
    json.value(registered(domain) == registered(author));
}

void write_signature(base::JsonWriter& json, const auth::ReadResult& one, const std::string& author) {
  const auto domain = base::printable(property(one, "header", "d"));
  json.begin_object()
      .member("domain", domain)
      .member("selector", base::printable(property(one, "header", "s")))
      .member("result", outcome(one.result));
  write_aligned(json, domain, author);
  json.member("why", base::printable(one.reason)).end_object();
}

}  // namespace

std::vector<HeaderLine> explain_header(const mail::Header& header, const names::NameFacts& names,
                                       std::span<const Cause> causes) {
  std::vector<HeaderLine> out;
  for (const auto& field : header.fields) {
    if (out.size() == kMaxHeaderLines) break;
    out.push_back(line_of(field, names, causes));
  }
  return out;
}

void write_header(base::JsonWriter& json, std::span<const HeaderLine> lines) {
  json.begin_array();
  for (const auto& line : lines) {
    json.begin_object().member("name", line.name).member("value", line.value).key("explained");
    if (line.explained.empty())
      json.null();
    else
      json.value(line.explained);
    json.member_array("causes", line.causes).end_object();
  }
  json.end_array();
}

void write_path(base::JsonWriter& json, const CameFrom& from) {
  const auto field = auth::parse_results(from.results);
  const auto find = [&](std::string_view method) {
    const auto found = std::ranges::find(field.results, method, &auth::ReadResult::method);
    return found == field.results.end() ? nullptr : &*found;
  };
  const auto* const dmarc = find("dmarc");
  const auto* const spf = find("spf");
  if (dmarc == nullptr && spf == nullptr) {
    json.null();
    return;
  }
  auto author = base::printable(dmarc == nullptr ? from.author : property(*dmarc, "header", "from"));
  if (author.empty()) author = base::printable(from.author);
  const auto envelope =
      base::printable(from.mail_from.empty() ? from.helo : std::string(mail::domain_part(from.mail_from)));
  const auto* const iprev = find("iprev");
  json.begin_object()
      .key("client")
      .begin_object()
      .member("address", from.client)
      .member("name", base::printable(from.helo))
      .key("confirmed");
  if (iprev == nullptr || iprev->result.ends_with("error"))
    json.null();
  else
    json.value(iprev->result == "pass");
  json.end_object()
      .key("envelope")
      .begin_object()
      .member("domain", envelope)
      .member("result", outcome(spf == nullptr ? "none" : spf->result));
  write_aligned(json, envelope, author);
  json.member("why", spf == nullptr ? std::string() : base::printable(spf->reason))
      .end_object()
      .key("signatures")
      .begin_array();
  for (const auto& one : field.results)
    if (one.method == "dkim" && !property(one, "header", "d").empty()) write_signature(json, one, author);
  json.end_array()
      .key("author")
      .begin_object()
      .member("domain", author)
      .member("result", outcome(dmarc == nullptr ? "none" : dmarc->result));
  const auto policy = dmarc == nullptr ? std::string_view() : property(*dmarc, "policy", "dmarc");
  json.member("policy", policy == "none" || policy == "quarantine" || policy == "reject"
                            ? policy
                            : std::string_view("unknown"))
      .member("why", dmarc == nullptr ? std::string() : base::printable(dmarc->reason))
      .end_object()
      .end_object();
}

}  // namespace rampart::guard::render
