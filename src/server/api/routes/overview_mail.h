// What the overview says of mail: from what the guard writes into the store.
#pragma once

#include "server/api/routes/domain_parts.h"
#include "server/api/routes/mail_parts.h"

namespace rampart::server::api {

// Sets AuditParts::mail_of_day and most_forged. `mail` outlives it.
void tell_of_mail(AuditParts& audits, const MailParts& mail);

}  // namespace rampart::server::api
