#include "cli/audit_store.h"

namespace rampart::cli {

base::Result<std::unique_ptr<AuditStore>> AuditStore::open(const store::Url& url,
                                                           const base::Config& config) {
  auto database = TRY(store::Database::open(url));
  std::unique_ptr<AuditStore> out(new AuditStore(std::move(database), config));
  out->state_ = TRY(audit::state::State::open(out->database_));
  out->risks_ =
      std::make_shared<const std::vector<audit::state::Risk>>(TRY(audit::state::risks(out->database_)));
  return out;
}

base::Result<> AuditStore::prepare(audit::Input& input) {
  input.known_keys = TRY(state_->keys(input.domain));
  input.max_key_age = max_key_age_;
  return {};
}

audit::Runner::Decide AuditStore::decide() const {
  return [risks = risks_](const audit::Input& input, facts::Facts& facts) {
    auto report = audit::assess(input, facts);
    audit::state::accept(report, *risks);
    return report;
  };
}

base::Result<> AuditStore::record(audit::state::Recorded finished) {
  batch_.push_back(std::move(finished));
  return batch_.size() < kBatch ? base::Result<>() : flush();
}

base::Result<> AuditStore::flush() {
  TRY(state_->record(batch_, keep_));
  batch_.clear();
  return {};
}

}  // namespace rampart::cli
