#include "audit/lookalikes/standing.h"

#include <algorithm>
#include <array>

#include "audit/picture.h"
#include "auth/dmarc/record.h"
#include "auth/spf/record.h"
#include "base/ip.h"
#include "dns/domain.h"

namespace rampart::audit::lookalikes {
namespace {

using dns::RrType;
using facts::Answer;
using facts::Presence;

// Registered domains of name servers at which nothing but advertisements stands; ours, of the large services.
constexpr std::array<std::string_view, 10> kParking{
    "sedoparking.com", "parkingcrew.net",        "bodis.com", "above.com",       "parklogic.com",
    "afternic.com",    "uniregistrymarket.link", "dan.com",   "undeveloped.com", "cashparking.com"};

// Nothing when it is unknown or open.
Known exists(const Answer& answer) {
  if (answer.undetermined()) return Known::unknown;
  return answer.presence() == Presence::no_name && !answer.has_aliases() ? Known::no : Known::yes;
}

std::string failure(const Answer& answer, const dns::Name& name, RrType type) {
  return fmt::format("{} {}: {}", name.text(), dns::to_string(type), why_unknown(answer));
}

// Whether the zone of the suffix answers for names that nobody has.
const Answer& ask_invented(const dns::Name& name, facts::Facts& facts) {
  const auto invented = name.parent().prepend(kInventedLabel);
  return facts.ask(invented.value_or(name.parent()), RrType::ns);
}

void look_whether_registered(const dns::Name& name, Standing& out, facts::Facts& facts) {
  const auto& ns = facts.ask(name, RrType::ns);
  if (ns.open()) return;
  out.registered = exists(ns);
  if (out.registered == Known::unknown) {
    // A delegation that leads nowhere fails for NS; the parent's own word, NXDOMAIN, may come for another type.
    const auto& soa = facts.ask(name, RrType::soa);
    if (soa.open()) return;
    if (exists(soa) == Known::no) out.registered = Known::no;
    if (soa.present() && !soa.has_aliases()) out.registered = Known::yes;
    if (out.registered == Known::unknown) out.why = failure(ns, name, RrType::ns);
    return;
  }
  for (const auto& record : ns.records()) {
    if (out.name_servers.size() < Standing::kMaxShown) out.name_servers.push_back(ns.target(record).text());
  }
  if (out.registered != Known::yes || (ns.present() && !ns.has_aliases())) return;
  // It exists without a delegation: of its own, or because everything does.
  const auto& invented = ask_invented(name, facts);
  const auto everything = exists(invented);
  if (everything == Known::no) return;
  out.registered = everything == Known::yes ? Known::no : Known::unknown;
  out.why = everything == Known::yes
                ? fmt::format("{} answers for every name", name.parent().text())
                : failure(invented, name.parent(), RrType::ns) + ", so it may answer for every name";
}

// Whether a record lets anybody send: a term that passes, or another record in its place.
bool authorises(const spf::Record& record) {
  if (!record.valid()) return false;  // permerror: nobody passes (RFC 7208 section 4.6)
  return std::ranges::any_of(record.terms, [](const spf::Term& term) {
    if (term.kind == spf::TermKind::redirect) return true;
    return !term.is_modifier() && term.qualifier == spf::Qualifier::pass;
  });
}

// The one record of a kind; several are none (RFC 7208 section 4.5, RFC 9989 section 4.10).
std::string single(const Answer& answer, bool (*is_kind)(std::string_view)) {
  std::string found;
  unsigned count = 0;
  for (const auto& record : answer.records()) {
    if (!is_kind(answer.data(record))) continue;
    ++count;
    found = answer.data(record);
  }
  return count == 1 ? found : std::string();
}

void add_addresses(const Answer& answer, Standing& out) {
  for (const auto& record : answer.records()) {
    const auto address = base::IpAddress::from_bytes(answer.data(record));
    if (address && out.addresses.size() < Standing::kMaxShown) out.addresses.push_back(address->text());
  }
}

void add_mail_hosts(const Answer& mx, Standing& out) {
  std::vector<facts::Record> records(mx.records().begin(), mx.records().end());
  std::ranges::sort(records, {}, [](const facts::Record& record) {
    return std::pair(record.preference, record.offset);  // of one preference as they stand: by name
  });
  for (const auto& record : records) {
    const auto host = mx.target(record);
    if (host.is_root()) continue;
    if (out.mail_hosts.size() < Standing::kMaxShown) out.mail_hosts.push_back(host.text());
  }
  out.null_mx = mx.present() && out.mail_hosts.empty();  // RFC 7505
}

bool is_parking(const std::vector<std::string>& name_servers) {
  return std::ranges::any_of(name_servers, [](std::string_view host) {
    return std::ranges::any_of(kParking, [&](std::string_view service) {
      return host.ends_with(service) &&
             (host.size() == service.size() || host[host.size() - service.size() - 1] == '.');
    });
  });
}

void look_at_mail(const dns::Name& name, Standing& out, facts::Facts& facts) {
  const auto& mx = facts.ask(name, RrType::mx);
  const auto& a = facts.ask(name, RrType::a);
  const auto& aaaa = facts.ask(name, RrType::aaaa);
  const auto& txt = facts.ask(name, RrType::txt);
  const auto policy = name.prepend("_dmarc");
  const auto& dmarc = facts.ask(policy.value_or(name), RrType::txt);
  if (facts.pending()) return;
  add_mail_hosts(mx, out);
  add_addresses(a, out);
  add_addresses(aaaa, out);
  out.spf = single(txt, spf::is_spf);
  if (policy) out.dmarc = single(dmarc, dmarc::is_record);
  out.parking = is_parking(out.name_servers);

  const auto record = spf::parse(out.spf);
  const bool lets_send = !out.spf.empty() && authorises(record);
  const auto* all = record.valid() ? record.find(spf::TermKind::all) : nullptr;
  const bool sends_none = !lets_send && all != nullptr && all->qualifier == spf::Qualifier::fail;
  if (!out.mail_hosts.empty()) {
    out.danger = Danger::mail;
  } else if (lets_send) {
    out.danger = Danger::sender;
  } else if (mx.unknown() || txt.unknown()) {
    out.danger = Danger::unclear;
    out.why = mx.unknown() ? failure(mx, name, RrType::mx) : failure(txt, name, RrType::txt);
  } else if (out.null_mx && sends_none) {
    out.danger = Danger::parked;
  } else if (!out.null_mx && !out.addresses.empty()) {
    out.danger = Danger::addresses;
  } else if (!out.null_mx && (a.unknown() || aaaa.unknown())) {
    out.danger = Danger::unclear;
    out.why = a.unknown() ? failure(a, name, RrType::a) : failure(aaaa, name, RrType::aaaa);
  } else {
    out.danger = Danger::registered;
  }
}

}  // namespace

std::string_view to_string(Danger danger) {
  constexpr std::array<std::string_view, kDangers> kNames{"mail",      "sender",     "unclear",
                                                          "addresses", "registered", "parked"};
  return kNames[static_cast<std::size_t>(danger)];
}

std::string_view describe(Danger danger) {
  switch (danger) {
    case Danger::mail:
      return "can receive mail, and so be answered (MX)";
    case Danger::sender:
      return "can send mail that passes SPF";
    case Danger::unclear:
      return "registered; its mail could not be looked up";
    case Danger::addresses:
      return "has addresses only";
    case Danger::registered:
      return "registered, nothing more";
    case Danger::parked:
      return "registered, and says that it neither takes nor sends mail";
  }
  return {};
}

Standing look_at(const dns::Name& name, facts::Facts& facts) {
  Standing out;
  look_whether_registered(name, out, facts);
  if (out.registered == Known::yes && !facts.pending()) look_at_mail(name, out, facts);
  return out;
}

}  // namespace rampart::audit::lookalikes
