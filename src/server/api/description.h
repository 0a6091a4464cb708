// The API's description: the parts that are compiled in (api/*.json) put together, served at /api/v1/openapi.json, and read as the table
// that the router works by. tools/api_document.py makes the same document of the files.
//
//   const auto description = TRY(Description::built_in());
//   description.operations()            // one for each path and method
//   description.text()                  // the document, JSON
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "accounts/permission.h"
#include "base/result.h"
#include "server/api/schema.h"

namespace rampart::server::api {

inline constexpr std::string_view kApiRoot = "/api/v1";
// Of an operation that says nothing else (x-body-limit).
inline constexpr std::uint64_t kBodyLimit = std::uint64_t{64} << 10U;
// Bodies that may be larger than this are not held in memory, and whoever sends one is known before it is read.
inline constexpr std::uint64_t kSpooledFrom = std::uint64_t{4} << 20U;

// Who may ask at all. Of `permission` it is Operation::permission.
enum class Needs : std::uint8_t { nothing, pending, enrolment, permission };

struct Parameter {
  enum class In : std::uint8_t { path, query, header };
  In in = In::query;
  std::string name;
  bool required = false;
  bool several = false;                        // an array, given several times
  const boost::json::value* schema = nullptr;  // of one value; within the description
  std::optional<std::string> standard = {};    // where it is not given
};

struct Operation {
  std::string id;      // "domains_read"
  std::string method;  // "GET"
  std::string path;    // "/domains/{domain}", below kApiRoot
  Needs needs = Needs::permission;
  accounts::Permission permission = accounts::Permission::self;
  std::vector<Parameter> parameters;
  std::map<std::string, const boost::json::value*, std::less<>>
      bodies;  // schema by content type; empty: it has none
  bool body_required = false;
  std::uint64_t body_limit = kBodyLimit;
  bool takes_if_none_match = false;
  bool logged = true;    // the gate writes it into the audit log
  bool streams = false;  // it answers with text/event-stream

  [[nodiscard]] bool is_unsafe() const { return method != "GET" && method != "HEAD"; }
};

// A file of the description that is compiled in.
struct BuiltInPart {
  std::string_view name;  // without its ending: "domains", "rampart.audit-1.schema"
  std::string_view text;
};
std::span<const BuiltInPart> built_in_parts();      // api/*.json
std::span<const BuiltInPart> built_in_documents();  // docs/rampart.*.schema.json

class Description {
 public:
  static base::Result<Description> built_in();
  // Errors are of kind internal: what is wrong is ours.
  static base::Result<Description> merge(std::span<const BuiltInPart> parts,
                                         std::span<const BuiltInPart> documents);

  [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
  [[nodiscard]] const Operation* find(std::string_view id) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& etag() const { return etag_; }
  [[nodiscard]] const Schemas& schemas() const { return *schemas_; }

 private:
  std::unique_ptr<boost::json::value> document_;  // does not move: operations point into it
  std::unique_ptr<Schemas> schemas_;
  std::vector<Operation> operations_;
  std::string text_;
  std::string etag_;
};

}  // namespace rampart::server::api
