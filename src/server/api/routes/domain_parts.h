// What the resources of domains, audits and reports share: whose a domain is, how a row of the list is written, and what is
// known of the last audit.
//
//   const auto found = TRY(find_domain(call));                  // 404 when it is not there, or outside the asker's scope
//   const auto audited = TRY(last_audit(call, found.name));     // 404 when it was never audited
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "audit/fix/owner.h"
#include "audit/roster/listing.h"
#include "audit/state/state.h"
#include "base/json.h"
#include "base/worker.h"
#include "server/api/handlers.h"
#include "server/api/routes/shape.h"
#include "server/audit/audit_run.h"

namespace rampart::server::api {

template <class T>
using Got = std::expected<T, Problem>;

// Mail that was forged in a domain's name in the last day.
struct Forged {
  std::uint64_t messages = 0;
  std::uint64_t delivered = 0;  // of them
  base::Time since{};
};

// What another resource finds for the palette: only what the asker may see.
struct SearchMore {
  std::string_view kind;  // as api/search.json has it: "message"
  accounts::Permission permission = accounts::Permission::self;
  struct Hit {
    std::string id;
    std::string title;
    std::string detail;
  };
  std::function<Got<std::vector<Hit>>(Call& call, const std::string& query, std::size_t most)> find;
};

// What the resources of audits need beside Parts; outlives the router.
struct AuditParts {
  OpenSource open = live_source();
  // Where fix publishes the way back to, one file for each publication.
  std::string rollback_folder;
  // What the guard knows, where it writes into this store; either may be empty.
  // The domains in whose name most was forged since then, the most first.
  std::function<base::Result<std::vector<std::pair<std::string, Forged>>>(Bench& bench, base::Time since,
                                                                          std::size_t most)>
      most_forged;
  // MailOfDay of api/overview.json, for what the asker may see.
  std::function<base::Result<std::string>(Call& call, base::Time from, base::Time to)> mail_of_day;
  std::vector<SearchMore> search;
  // What takes mails apart that are uploaded; one for each thread. Empty: a process that is forked at the first upload.
  std::function<base::Result<base::Worker>()> mime_worker;
};

// --- Whose ---

audit::roster::Whose whose_of(const accounts::Scope& scope);
// The scope, or of it one organisation: the parameter `organisation` where it is given. 404 for one outside the scope.
Got<audit::roster::Whose> whose_asked(Call& call);

struct FoundDomain {
  dns::Name name;
  audit::roster::Standing standing;
};
// Of the path's {domain}, or of any text. 404 also for what is no domain.
Got<FoundDomain> find_domain(Call& call);
Got<FoundDomain> find_domain(Call& call, std::string_view text);

// Names of organisations by their ids, a few seconds old at most; one a thread.
class OrganisationNames {
 public:
  // Empty for one that is not there any more.
  base::Result<std::string> name_of(Bench& bench, const std::string& id, base::Time now);

 private:
  std::map<std::string, std::string> names_;
  base::Time read_{};
};
OrganisationNames& organisation_names(Bench& bench);

Got<audit::roster::Roster*> roster_of(Call& call);
Got<audit::state::State*> state_of(Call& call);

// --- The last audit ---

// As it was recorded, with the risks that are accepted now.
Got<audit::state::LoadedSnapshot> last_audit(Call& call, const dns::Name& name);
// The state at `at`, where the call names one.
Got<audit::state::LoadedSnapshot> audit_at(Call& call, const dns::Name& name);

// The facts of an audit as a source of another: nothing is asked.
class BookSource : public FactSource {
 public:
  explicit BookSource(audit::state::LoadedSnapshot audited);
  std::vector<audit::Lane> lanes() override;
  [[nodiscard]] base::Time now() const override { return audited_.input.now; }
  [[nodiscard]] audit::RunNotes about() const override;
  [[nodiscard]] audit::Input input(const dns::Name& name) const;
  [[nodiscard]] const audit::state::LoadedSnapshot& audited() const { return audited_; }

 private:
  audit::state::LoadedSnapshot audited_;
  std::unique_ptr<facts::Provider> provider_;
};

// --- JSON ---

void write_nullable(base::JsonWriter& json, std::string_view name, std::string_view text);  // null when empty
void write_organisation(base::JsonWriter& json, std::string_view name, const std::string& id,
                        const std::string& called);
// DomainRow.
Got<std::string> rows_json(Call& call, std::span<const audit::roster::Standing> rows);

// U-labels where they differ; empty where they do not.
std::string unicode_of(const std::string& domain);

// --- routes/*.cc ---

void add_overview(Handlers& handlers, const Parts& parts, const AuditParts& audits);
void add_domains(Handlers& handlers, const Parts& parts, const AuditParts& audits);
void add_domain_state(Handlers& handlers, const Parts& parts, const AuditParts& audits);
void add_domain_fix(Handlers& handlers, const Parts& parts, const AuditParts& audits);
void add_publish(Handlers& handlers, const Parts& parts, const AuditParts& audits);
void add_audits(Handlers& handlers, const Parts& parts, const AuditParts& audits);
void add_advice(Handlers& handlers, const Parts& parts, const AuditParts& audits);
void add_reports(Handlers& handlers, const Parts& parts, const AuditParts& audits);
void add_senders(Handlers& handlers, const Parts& parts, const AuditParts& audits);
void add_search(Handlers& handlers, const Parts& parts, const AuditParts& audits);

// Starts the job of an audit, of domains on the roster and, where `strangers` says so, of others.
Got<Reply> start_audit(Call& call, const Parts& parts, const AuditParts& audits,
                       std::vector<audit::Entry> entries, std::string about, bool probe);

}  // namespace rampart::server::api
