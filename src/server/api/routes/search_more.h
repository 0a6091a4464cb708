// What the palette's search finds beside domains: messages that came by and what is kept of them, and accounts.
#pragma once

#include "server/api/routes/domain_parts.h"
#include "server/api/routes/mail_parts.h"

namespace rampart::server::api {

// Adds to AuditParts::search. `mail` outlives it.
void search_mail(AuditParts& audits, const MailParts& mail);
void search_accounts(AuditParts& audits);

}  // namespace rampart::server::api
