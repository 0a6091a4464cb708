// Failure reports of an export, made into reports again: by the machine-readable part and the message that they were made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reports/failure/reader.h"

namespace rampart::reports {

// Texts as the export has them.
struct ExportedFailure {
  std::string feedback_type, user_agent, auth_failure, mechanisms, delivery_result, source_ip,
      reported_domain;
  std::string original_mail_from, arrival_date, dkim_domain, results;
  std::string subject, message_id;
  std::string sample;  // the message that failed; of CSV there is none
  bool headers_only = false;
};

// Nothing when it says neither of which domain nor from which address, or is a complaint of another kind.
std::optional<FailureReport> made_of(const ExportedFailure& exported);

}  // namespace rampart::reports
