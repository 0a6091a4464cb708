#include "auth/dkim/selectors.h"

#include <algorithm>
#include <array>
#include <functional>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/text.h"

namespace rampart::dkim {
namespace {

// Ordered by how often they answer for domains whose provider is not known; the list is short because every
// entry is a question for every domain.
constexpr std::array<std::string_view, 20> kCommon = {
    "default", "selector1", "selector2", "google", "s1",    "s2",      "k1",   "mail", "dkim", "k2",
    "k3",      "smtp",      "mandrill",  "pm",     "email", "mxvault", "key1", "x",    "zoho", "sig1"};

struct Provider {
  std::string_view name;
  std::string_view domain;     // an MX or SPF target within this domain
  std::string_view selectors;  // separated by spaces; empty when nobody can guess them
};

// From the providers' own set-up instructions.
constexpr std::array<Provider, 45> kProviders = {{
    {"Google Workspace", "google.com", "google"},
    {"Google Workspace", "googlemail.com", "google"},
    {"Microsoft 365", "protection.outlook.com", "selector1 selector2"},
    {"Microsoft 365", "mx.microsoft", "selector1 selector2"},
    {"Mailchimp", "mcsv.net", "k1 k2 k3"},
    {"Mandrill", "mandrillapp.com", "mandrill mte1 mte2"},
    {"SendGrid", "sendgrid.net", "s1 s2 smtpapi"},
    {"Zoho", "zoho.com", "zoho zmail"},
    {"Zoho", "zoho.eu", "zoho zmail"},
    {"Zoho", "zoho.in", "zoho zmail"},
    {"Zoho", "zohomail.com", "zoho zmail"},
    {"Zoho", "zohomail.eu", "zoho zmail"},
    {"Fastmail", "messagingengine.com", "fm1 fm2 fm3 mesmtp"},
    {"Proton", "protonmail.ch", "protonmail protonmail2 protonmail3"},
    {"Yandex", "yandex.net", "mail"},
    {"Yandex", "yandex.ru", "mail"},
    {"iCloud", "icloud.com", "sig1"},
    {"Mailgun", "mailgun.org", "mailo k1 pic mx smtp"},
    {"Mailjet", "mailjet.com", "mailjet"},
    {"Brevo", "sendinblue.com", "mail brevo1 brevo2"},
    {"Brevo", "brevo.com", "mail brevo1 brevo2"},
    {"Zendesk", "zendesk.com", "zendesk1 zendesk2"},
    {"MailerLite", "mlsend.com", "ml litesrv"},
    {"Constant Contact", "constantcontact.com", "ctct1 ctct2"},
    {"Migadu", "migadu.com", "key1 key2 key3"},
    {"Hostinger", "hostinger.com", "hostingermail-a hostingermail-b hostingermail-c"},
    {"Titan", "titan.email", "titan1 titan2"},
    {"Gandi", "gandi.net", "gm1 gm2 gm3"},
    {"ActiveCampaign", "emsd1.com", "dk"},
    {"Elastic Email", "elasticemail.com", "api"},
    {"MXroute", "mxrouting.net", "x"},
    {"MXroute", "mxlogin.com", "x"},
    {"IONOS", "ionos.com", "s1-ionos s2-ionos"},
    {"IONOS", "ionos.de", "s1-ionos s2-ionos"},
    {"IONOS", "kundenserver.de", "s1-ionos s2-ionos"},
    {"Everlytic", "everlytic.net", "everlytickey1 everlytickey2"},
    {"Postmark", "mtasv.net", "pm"},
    {"Amazon SES", "amazonses.com", ""},
    {"Mimecast", "mimecast.com", ""},
    {"Proofpoint", "pphosted.com", ""},
    {"HubSpot", "hubspotemail.net", ""},
    {"Salesforce", "salesforce.com", ""},
    {"SparkPost", "sparkpostmail.com", ""},
    {"Rackspace", "emailsrvr.com", ""},
    {"Barracuda", "barracudanetworks.com", ""},
}};

// The providers by the wire form of their domains: an audit looks for every target of every domain.
struct WireHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view wire) const { return dns::hash_bytes(wire); }
};
using ByDomain = boost::unordered_flat_map<std::string, std::size_t, WireHash, std::equal_to<>>;
const ByDomain& by_domain() {
  static const auto kByDomain = [] {
    ByDomain out;
    for (std::size_t i = 0; i < kProviders.size(); ++i) {
      if (const auto name = dns::Name::try_parse(kProviders[i].domain)) out.emplace(name->wire(), i);
    }
    return out;
  }();
  return kByDomain;
}

// Calls `function` for the providers whose domain one of the targets is within, in the table's order.
template <class F>
void for_each_provider(std::span<const dns::Name> mx_targets, std::span<const dns::Name> spf_targets,
                       F function) {
  std::vector<std::size_t> found;
  for (const auto targets : {mx_targets, spf_targets}) {
    for (const auto& target : targets) {
      for (auto rest = target.wire(); !rest.empty();
           rest.remove_prefix(1U + static_cast<unsigned char>(rest[0]))) {
        const auto provider = by_domain().find(rest);
        if (provider != by_domain().end()) found.push_back(provider->second);
      }
    }
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  for (const auto index : found) function(kProviders[index]);
}

void add(std::vector<Candidate>& all, std::string_view selector, std::string_view reason) {
  const bool known = std::any_of(all.begin(), all.end(),
                                 [&](const Candidate& candidate) { return candidate.selector == selector; });
  if (!known) all.push_back({selector, reason});
}

}  // namespace

std::span<const std::string_view> common_selectors() { return kCommon; }

std::vector<Candidate> candidates(std::span<const dns::Name> mx_targets,
                                  std::span<const dns::Name> spf_targets) {
  std::vector<Candidate> all;
  for_each_provider(mx_targets, spf_targets, [&](const Provider& provider) {
    for (const auto selector : base::split(provider.selectors, ' ')) {
      if (!selector.empty()) add(all, selector, provider.name);
    }
  });
  for (const auto selector : kCommon) add(all, selector, "common");
  return all;
}

std::vector<std::string_view> unguessable_providers(std::span<const dns::Name> mx_targets,
                                                    std::span<const dns::Name> spf_targets) {
  std::vector<std::string_view> names;
  for_each_provider(mx_targets, spf_targets, [&](const Provider& provider) {
    if (provider.selectors.empty()) names.push_back(provider.name);
  });
  return names;
}

}  // namespace rampart::dkim
