// The palette's search: domains, organisations and settings by a part of their names, and whatever other resources find
// (AuditParts::search). What the asker may not see is not looked for.
#include <algorithm>

#include "base/config_schema.h"
#include "base/text.h"
#include "server/api/routes/domain_parts.h"

namespace rampart::server::api {
namespace {

constexpr std::size_t kMaxHits = 50;  // as api/search.json has it
constexpr std::size_t kOfAKind = 10;  // our own
constexpr std::size_t kMostLooked = 200;

class Search {
 public:
  Search(Call& call, const Parts& parts, const AuditParts& audits)
      : call_(call),
        parts_(parts),
        audits_(audits),
        query_(base::trim(call.text("q"))),
        kinds_(call.texts("kind")) {}

  Answer answer() {
    if (wants("domain", accounts::Permission::domains_read)) TRY(domains());
    if (wants("organisation", accounts::Permission::organisations_read)) TRY(organisations());
    if (wants("setting", accounts::Permission::settings_read)) settings();
    for (const auto& more : audits_.search) {
      if (!wants(more.kind, more.permission)) continue;
      for (auto& hit : TRY(more.find(call_, query_, kOfAKind)))
        hits_.push_back({more.kind, std::move(hit.id), std::move(hit.title), std::move(hit.detail)});
    }
    std::string out;
    base::JsonWriter json(out);
    json.begin_object().member("query", query_).key("items").begin_array();
    for (const auto& hit : std::span(hits_).first(std::min(hits_.size(), kMaxHits))) {
      json.begin_object().member("kind", hit.kind).member("id", hit.id);
      json.member("title", base::printable(hit.title))
          .member("detail", base::printable(hit.detail))
          .end_object();
    }
    json.end_array().key("unasked").begin_array();
    for (const auto& [kind, why] : unasked_)
      json.begin_object().member("kind", kind).member("why", why).end_object();
    json.end_array().end_object();
    return reply_json(std::move(out));
  }

 private:
  struct Hit {
    std::string_view kind;
    std::string id;
    std::string title;
    std::string detail;
  };

  bool wants(std::string_view kind, accounts::Permission permission) {
    if (!kinds_.empty() && std::ranges::find(kinds_, kind) == kinds_.end()) return false;
    if (call_.who().may(permission)) return true;
    unasked_.emplace_back(kind, fmt::format("it needs {}", to_string(permission)));
    return false;
  }

  Got<void> domains() {
    TRY(roster_of(call_));
    auto& names = organisation_names(call_.bench());
    for (const auto& row :
         TRY(audit::roster::search(call_.database(), whose_of(call_.who().scope), query_, kOfAKind))) {
      const auto shown = unicode_of(row.domain);
      const auto owner = TRY(names.name_of(call_.bench(), row.organisation, call_.now()));
      hits_.push_back({"domain", row.domain, shown.empty() ? row.domain : shown,
                       row.grade.empty() ? "not audited yet"
                                         : fmt::format("{} {}{}{}", row.grade, to_string(row.status),
                                                       owner.empty() ? "" : ", ", owner)});
    }
    return {};
  }

  Got<void> organisations() {
    std::size_t count = 0;
    for (const auto& one : TRY(call_.desk().organisations.list(call_.who().scope, {}, kMostLooked))) {
      if (!has(one.name) && !has(one.id)) continue;
      hits_.push_back({"organisation", one.id, one.name, one.sector});
      if (++count == kOfAKind) break;
    }
    return {};
  }

  void settings() {
    if (parts_.settings == nullptr) return;
    std::size_t count = 0;
    for (const auto* setting : parts_.settings->settings()) {
      if (!has(setting->key) && !has(setting->brief)) continue;
      hits_.push_back(
          {"setting", std::string(setting->key), std::string(setting->key), std::string(setting->brief)});
      if (++count == kOfAKind) break;
    }
  }

  [[nodiscard]] bool has(std::string_view text) const {
    return base::lower(text).find(base::lower(query_)) != std::string::npos;
  }

  Call& call_;
  const Parts& parts_;
  const AuditParts& audits_;
  std::string query_;
  std::vector<std::string> kinds_;
  std::vector<Hit> hits_;
  std::vector<std::pair<std::string, std::string>> unasked_;
};

}  // namespace

void add_search(Handlers& handlers, const Parts& parts, const AuditParts& audits) {
  handlers.add("search_all", [parts, &audits](Call& call) { return Search(call, parts, audits).answer(); });
}

}  // namespace rampart::server::api
