// Which resources the API has.
#include "server/serve/api_part.h"

namespace rampart::server {

void ApiPart::add_handlers(api::Handlers& handlers, const ServerSettings& settings, const ApiPartOptions&) {
  const auto& parts = *parts_;
  audits_ = std::make_unique<api::AuditParts>();
  audits_->rollback_folder = settings.folder + "/rollback";
  add_domains(handlers, parts, *audits_);
}

}  // namespace rampart::server
