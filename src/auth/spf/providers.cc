#include "auth/spf/providers.h"

#include <vector>

namespace rampart::spf {
namespace {

constexpr std::string_view kMailboxes = "anyone can rent a mailbox there and send from the same addresses";
constexpr std::string_view kSender = "anyone can open an account there and send from the same addresses";
constexpr std::string_view kHosting = "anyone can rent hosting there and send from the same addresses";
constexpr std::string_view kFilter = "every customer of this mail filter sends through the same addresses";

constexpr SharedSender kSharedSenders[] = {
    {"_spf.google.com", "Google Workspace", kMailboxes},
    {"spf.protection.outlook.com", "Microsoft 365", kMailboxes},
    {"spf.protection.office365.us", "Microsoft 365 (US government)", kMailboxes},
    {"zoho.com", "Zoho", kMailboxes},
    {"zoho.eu", "Zoho", kMailboxes},
    {"zoho.in", "Zoho", kMailboxes},
    {"zohomail.com", "Zoho", kMailboxes},
    {"zcsend.net", "Zoho Campaigns", kSender},
    {"transmail.net", "Zoho ZeptoMail", kSender},
    {"mail.yandex.net", "Yandex 360", kMailboxes},
    {"_spf.mail.ru", "Mail.ru for business", kMailboxes},
    {"messagingengine.com", "Fastmail", kMailboxes},
    {"_spf.protonmail.ch", "Proton Mail", kMailboxes},
    {"icloud.com", "iCloud Mail", kMailboxes},
    {"mx.ovh.com", "OVHcloud", kMailboxes},
    {"spf.migadu.com", "Migadu", kMailboxes},
    {"_spf.mailbox.org", "mailbox.org", kMailboxes},
    {"emailsrvr.com", "Rackspace Email", kMailboxes},
    {"secureserver.net", "GoDaddy", kHosting},
    {"spf.privateemail.com", "Namecheap Private Email", kMailboxes},
    {"_spf.mail.hostinger.com", "Hostinger", kMailboxes},
    {"_spf-eu.ionos.com", "IONOS", kMailboxes},
    {"_spf.perfora.net", "IONOS", kMailboxes},
    {"_spf.kundenserver.de", "IONOS", kMailboxes},
    {"titan.email", "Titan", kMailboxes},
    {"websitewelcome.com", "HostGator", kHosting},
    {"bluehost.com", "Bluehost", kHosting},
    {"spf.web-hosting.com", "Namecheap hosting", kHosting},
    {"sgcloud.net", "SiteGround", kHosting},
    {"dnssmarthost.net", "SiteGround", kHosting},
    {"relay.mailchannels.net", "MailChannels", kHosting},
    {"amazonses.com", "Amazon SES", kSender},
    {"sendgrid.net", "SendGrid", kSender},
    {"mailgun.org", "Mailgun", kSender},
    {"servers.mcsv.net", "Mailchimp", kSender},
    {"spf.mandrillapp.com", "Mandrill", kSender},
    {"_spf.salesforce.com", "Salesforce", kSender},
    {"exacttarget.com", "Salesforce Marketing Cloud", kSender},
    {"et._spf.pardot.com", "Salesforce Pardot", kSender},
    {"mail.zendesk.com", "Zendesk", kSender},
    {"email.freshdesk.com", "Freshdesk", kSender},
    {"freshemail.io", "Freshworks", kSender},
    {"helpscoutemail.com", "Help Scout", kSender},
    {"hubspotemail.net", "HubSpot", kSender},
    {"spf.mtasv.net", "Postmark", kSender},
    {"sparkpostmail.com", "SparkPost", kSender},
    {"_spf.sparkpostmail.com", "SparkPost", kSender},
    {"spf.sendinblue.com", "Brevo", kSender},
    {"spf.brevo.com", "Brevo", kSender},
    {"spf.mailjet.com", "Mailjet", kSender},
    {"spf.constantcontact.com", "Constant Contact", kSender},
    {"emsd1.com", "ActiveCampaign", kSender},
    {"_spf.elasticemail.com", "Elastic Email", kSender},
    {"_spf.createsend.com", "Campaign Monitor", kSender},
    {"mktomail.com", "Marketo", kSender},
    {"spf.smtp2go.com", "SMTP2GO", kSender},
    {"spf.socketlabs.com", "SocketLabs", kSender},
    {"_spf.getresponse.com", "GetResponse", kSender},
    {"mlsend.com", "MailerLite", kSender},
    {"klaviyomail.com", "Klaviyo", kSender},
    {"customeriomail.com", "Customer.io", kSender},
    {"_spf.atlassian.net", "Atlassian", kSender},
    {"spf.intuit.com", "Intuit", kSender},
    {"docusign.net", "DocuSign", kSender},
    {"shops.shopify.com", "Shopify", kSender},
    {"pphosted.com", "Proofpoint", kFilter},
    {"ppe-hosted.com", "Proofpoint Essentials", kFilter},
    {"_netblocks.mimecast.com", "Mimecast", kFilter},
    {"mimecast.com", "Mimecast", kFilter},
    {"spf.messagelabs.com", "Symantec Email Security.cloud", kFilter},
    {"ess.barracudanetworks.com", "Barracuda", kFilter},
    {"iphmx.com", "Cisco Secure Email", kFilter},
    {"mailcontrol.com", "Forcepoint", kFilter},
    {"antispamcloud.com", "SpamExperts", kFilter},
    {"hornetsecurity.com", "Hornetsecurity", kFilter},
    {"exclaimer.net", "Exclaimer", kFilter},
    {"spf.codetwo.com", "CodeTwo", kFilter},
};

}  // namespace

std::span<const SharedSender> shared_senders() { return kSharedSenders; }

const SharedSender* find_shared_sender(const dns::Name& target) {
  static const auto names = [] {
    std::vector<dns::Name> out;
    for (const SharedSender& sender : kSharedSenders) {
      out.push_back(dns::Name::try_parse(sender.domain).value_or(dns::Name()));
    }
    return out;
  }();
  const SharedSender* best = nullptr;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool longer = best == nullptr || best->domain.size() < kSharedSenders[i].domain.size();
    if (longer && target.is_within(names[i])) best = &kSharedSenders[i];
  }
  return best;
}

}  // namespace rampart::spf
