// What a handler sees of a request: everything is checked before it is called. Who asks may what the operation needs (x-permission), the
// parameters and the body are as the description says; what is left to the handler is whose the thing is:
//
//   Answer domains_read(Call& call) {
//     const auto found = TRY(find_domain(call.database(), call.text("domain")));
//     if (!found) return std::unexpected(not_found("there is no such domain here"));
//     TRY(call.within(found->organisation));             // 404 when it is outside the asker's scope
//     return reply_json(to_json(*found));
//   }
//
// A Call lives on one thread of the pool, with that thread's database, and as long as the handler runs.
#pragma once

#include <any>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include <boost/json/object.hpp>

#include "accounts/desk.h"
#include "base/spool.h"
#include "base/time.h"
#include "net/http/request.h"
#include "server/api/page.h"
#include "server/api/reply.h"
#include "store/database.h"

namespace rampart::server::api {

struct Operation;  // description.h

// What a thread of the pool keeps from request to request.
class Bench {
 public:
  static base::Result<std::unique_ptr<Bench>> open(const store::Url& url, const accounts::Common& common);

  [[nodiscard]] store::Database& database() { return database_; }
  [[nodiscard]] accounts::Desk& desk() { return *desk_; }
  // The thread's own T, made at its first use: what opens tables (guard::Quarantine, reports::Archive, …) is opened once a thread. `make`
  // gives a base::Result<T>. It lives as long as the thread; it may keep the database.
  template <class T, class Make>
  base::Result<T*> keep(Make make) {
    auto& place = kept_[std::type_index(typeid(T))];
    if (!place) {
      auto made = make(database_);
      if (!made) return std::unexpected(made.error());
      place = std::make_shared<T>(*std::move(made));
    }
    return static_cast<T*>(place.get());
  }

 private:
  explicit Bench(store::Database database) : database_(std::move(database)) {}
  store::Database database_;
  std::optional<accounts::Desk> desk_;
  std::map<std::type_index, std::shared_ptr<void>> kept_;  // destroyed as what they are
};

// What the audit log says of an unsafe act, beside who did it and what came of it.
struct Told {
  std::string object =
      {};  // what it was done to: an id, a domain; the path's parameters where nothing is said
  std::string organisation = {};  // id
  std::string details = "{}";     // a JSON object; no secrets, no bodies of mail
};

class Call {
 public:
  struct Parts {
    const Operation* operation = nullptr;
    const net::http::Head* head = nullptr;
    Bench* bench = nullptr;
    base::Time now{};
    // Values by name: of the path decoded, of the query in order, of header parameters. Defaults of the description are among them.
    std::multimap<std::string, std::string, std::less<>> values = {};
    boost::json::value body = {};            // of a JSON body
    std::string raw = {};                    // of any other
    std::optional<base::Spool> upload = {};  // of one that may be large (kSpooledFrom)
    std::optional<accounts::Principal> who = {};
    std::optional<accounts::Session> session = {};  // of the cookie, at any stage
    std::string cookie = {};                        // its token
    accounts::Client client = {};
  };
  explicit Call(Parts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] const Operation& operation() const { return *parts_.operation; }
  [[nodiscard]] const net::http::Head& head() const { return *parts_.head; }
  [[nodiscard]] base::Time now() const { return parts_.now; }
  [[nodiscard]] store::Database& database() { return parts_.bench->database(); }
  [[nodiscard]] accounts::Desk& desk() { return parts_.bench->desk(); }
  [[nodiscard]] Bench& bench() { return *parts_.bench; }

  // Who asks. Of operations that need a permission only.
  [[nodiscard]] const accounts::Principal& who() const { return *parts_.who; }
  [[nodiscard]] bool is_signed_in() const { return parts_.who.has_value(); }
  // Of operations that are `pending`, `enrolment` or `none`: the browser's session; nullptr: it has none, or a token asks.
  [[nodiscard]] const accounts::Session* session() const {
    return parts_.session ? &*parts_.session : nullptr;
  }
  [[nodiscard]] std::string_view cookie() const { return parts_.cookie; }
  [[nodiscard]] const accounts::Client& client() const { return parts_.client; }

  // Whether the thing of that organisation is within the asker's scope; empty: it is nobody's, which only who sees everything sees. 404.
  std::expected<void, Problem> within(std::string_view organisation, std::string_view what = "that") const;
  // For what needs a step-up only now and then (accept_risk, a factor); operations whose permission needs one have it checked already.
  std::expected<void, Problem> fresh() const;

  // Parameters of path, query and header, checked against their schemas.
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;  // empty: not given
  [[nodiscard]] std::optional<std::string> maybe(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;  // given several times
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t otherwise = 0) const;
  [[nodiscard]] bool flag(std::string_view name, bool otherwise = false) const;
  [[nodiscard]] std::optional<base::Time> time(std::string_view name) const;

  // A JSON body, which is an object wherever the description says so.
  [[nodiscard]] const boost::json::object& body() const { return parts_.body.as_object(); }
  [[nodiscard]] const std::string& raw() const { return parts_.raw; }
  [[nodiscard]] bool has_json() const { return parts_.body.is_object(); }
  [[nodiscard]] base::Spool& upload() { return *parts_.upload; }

  // limit and after. 422 for a cursor that is none of this list with these filters.
  std::expected<PageFrom, Problem> page() const;
  [[nodiscard]] std::string cursor(std::string_view key) const;
  // If-Match without quotes; empty: not given, or "*". 412 for one that cannot be any of ours.
  std::expected<std::string, Problem> if_match() const;
  [[nodiscard]] bool has_if_match() const { return has("If-Match"); }

  // For the audit log, when the act is logged by the gate (x-log is not said).
  Told told;

 private:
  [[nodiscard]] std::string what_it_lists() const;
  Parts parts_;
};

}  // namespace rampart::server::api
