// Which function answers which operation: plain code, one add_x() for each file of routes/ and no registry that fills itself.
//
//   Handlers handlers;
//   add_domains(handlers, parts);
//   …
//   Router router(description, handlers, …);       // refuses to start where an operation has no handler, or a handler no operation
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "server/api/call.h"

namespace rampart::base {
class Config;
class Schema;
}  // namespace rampart::base
namespace rampart::accounts::oidc {
class Client;
}

namespace rampart::server::api {

class Jobs;
class Hub;
class Description;
class Streams;

using Handler = std::function<Answer(Call&)>;

class Handlers {
 public:
  // A name that is there already is our own fault and ends the program.
  void add(std::string_view operation, Handler handler);
  [[nodiscard]] const Handler* find(std::string_view operation) const;
  [[nodiscard]] const std::map<std::string, Handler, std::less<>>& all() const { return handlers_; }

 private:
  std::map<std::string, Handler, std::less<>> handlers_;
};

// How a part of the process is, for GET /system.
struct PartHealth {
  std::string name;    // "guard"
  std::string health;  // "good", "warning", "bad", "unknown"
  std::string text;
  std::optional<base::Time> since = {};
};

// What handlers need that is one for the whole process; all of it is safe from any thread, and outlives the router. What only one resource
// needs stands in a struct of its own header (routes/quarantine.h: QuarantineParts), of which composition hands over one.
struct Parts {
  const accounts::Common* common = nullptr;
  const Description* description = nullptr;
  Jobs* jobs = nullptr;
  Hub* hub = nullptr;
  std::string version;
  bool demo = false;
  std::string default_language = "en";
  std::vector<std::string> roles;  // "api", "guard", "worker"
  base::Time started{};
  std::function<std::vector<PartHealth>()> health;  // may be empty
  std::function<std::uint64_t()> streams;           // how many follow events
  std::map<std::string, std::shared_ptr<accounts::oidc::Client>>
      providers;  // shared: a sign-in under way keeps its own
  // The configuration that is in effect, and the table that it was read by.
  std::function<std::shared_ptr<const base::Config>()> config;
  const base::Schema* settings = nullptr;
};

// routes/*.cc
void add_session(Handlers& handlers, const Parts& parts);
void add_oidc(Handlers& handlers, const Parts& parts);
void add_enrolment(Handlers& handlers, const Parts& parts);
void add_account(Handlers& handlers, const Parts& parts);
void add_accounts(Handlers& handlers, const Parts& parts);
void add_tokens(Handlers& handlers, const Parts& parts);
void add_audit_log(Handlers& handlers, const Parts& parts);
void add_organisations(Handlers& handlers, const Parts& parts);
void add_jobs(Handlers& handlers, const Parts& parts);
void add_settings(Handlers& handlers, const Parts& parts);
void add_system(Handlers& handlers, const Parts& parts);

}  // namespace rampart::server::api
