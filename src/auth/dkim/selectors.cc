#include "auth/dkim/selectors.h"

#include <algorithm>
#include <array>

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

// The table's domains as names, made once: an audit compares them for every target of every domain.
const std::vector<dns::Name>& provider_names() {
  static const auto kNames = [] {
    std::vector<dns::Name> names;
    names.reserve(kProviders.size());
    for (const auto& provider : kProviders)
      names.push_back(dns::Name::try_parse(provider.domain).value_or(dns::Name()));
    return names;
  }();
  return kNames;
}

template <class F>
void for_each_provider(std::span<const dns::Name> mx_targets, std::span<const dns::Name> spf_targets,
                       F function) {
  for (std::size_t i = 0; i < kProviders.size(); ++i) {
    const auto within = [&](const dns::Name& target) { return target.is_within(provider_names()[i]); };
    if (std::any_of(mx_targets.begin(), mx_targets.end(), within) ||
        std::any_of(spf_targets.begin(), spf_targets.end(), within)) {
      function(kProviders[i]);
    }
  }
}

void add(std::vector<Candidate>& all, std::string_view selector, std::string_view reason) {
  const bool known = std::any_of(all.begin(), all.end(),
                                 [&](const Candidate& candidate) { return candidate.selector == selector; });
  if (!known) all.push_back({std::string(selector), std::string(reason)});
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
