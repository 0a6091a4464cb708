// For tests only: handlers asked as the router would, with a store of their own; every answer is checked against the description.
//
//   Asked asked;
//   const auto body = asked.good("domains_read", asked.owner(), {{"domain", "bank.example"}});
//   asked.refused("domains_read", asked.of("o2"), {{"domain", "bank.example"}}, 404);
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "audit/zone_audit_test.h"
#include "base/text.h"
#include "server/api/description.h"
#include "server/api/jobs.h"
#include "server/api/routes/domain_parts.h"
#include "server/schema.h"
#include "store/store_test.h"

namespace rampart::server::api {

// Zones that answer at once, as the source of an audit.
class ZoneSource : public FactSource {
 public:
  explicit ZoneSource(auth::TestZone& zone, base::Time now) : zone_(&zone), now_(now) {}
  std::vector<audit::Lane> lanes() override { return {{.provider = zone_, .wait = nullptr}}; }
  [[nodiscard]] base::Time now() const override { return now_; }
  [[nodiscard]] audit::RunNotes about() const override { return {}; }

 private:
  auth::TestZone* zone_;
  base::Time now_;
};

class Asked {
 public:
  using Values = std::multimap<std::string, std::string, std::less<>>;

  Asked() {
    parts.common = &common;
    parts.description = &description;
    parts.jobs = jobs.get();
    parts.version = "test";
    parts.config = [this] { return config; };
    parts.settings = &schema();
    audits.open = [this](const base::Config&, std::size_t, std::function<bool()>) {
      return base::Result<std::unique_ptr<FactSource>>(std::make_unique<ZoneSource>(zone, now));
    };
    audits.rollback_folder = (folder.path() / "rollback").string();
    add_overview(handlers, parts, audits);
    add_domains(handlers, parts, audits);
    add_domain_state(handlers, parts, audits);
    add_domain_fix(handlers, parts, audits);
    add_publish(handlers, parts, audits);
    add_audits(handlers, parts, audits);
    add_advice(handlers, parts, audits);
    add_reports(handlers, parts, audits);
    add_senders(handlers, parts, audits);
    add_search(handlers, parts, audits);
  }

  [[nodiscard]] static accounts::Principal owner() {
    return {.account = "a1",
            .name = "owner@cert.example",
            .role = accounts::Role::owner,
            .scope = {.everything = true}};
  }
  [[nodiscard]] static accounts::Principal of(std::string organisation) {
    return {.account = "of-" + organisation,
            .name = "admin@" + organisation + ".example",
            .role = accounts::Role::administrator,
            .scope = {.organisations = {std::move(organisation)}}};
  }

  Answer ask(std::string_view operation, const accounts::Principal& who, Values values = {},
             boost::json::value body = {}, std::string raw = {}) {
    const auto* known = description.find(operation);
    const auto* handler = handlers.find(operation);
    if (known == nullptr || handler == nullptr) {
      ADD_FAILURE() << operation << " is no operation, or nothing answers it";
      return std::unexpected(not_found("no operation"));
    }
    for (const auto& parameter : known->parameters) {
      if (parameter.standard && !values.contains(parameter.name))
        values.emplace(parameter.name, *parameter.standard);
    }
    Call::Parts call{.operation = known,
                     .head = &head,
                     .bench = bench.get(),
                     .now = now,
                     .values = std::move(values),
                     .body = std::move(body),
                     .raw = std::move(raw),
                     .who = who};
    if (known->body_limit > kSpooledFrom) {
      call.upload.emplace(std::size_t{1} << 20U, folder.path().string());
      EXPECT_TRUE(call.upload->append(call.raw));
    }
    Call asked(std::move(call));
    return (*handler)(asked);
  }

  // The JSON of an answer that is as the description says.
  boost::json::value good(std::string_view operation, const accounts::Principal& who, Values values = {},
                          boost::json::value body = {}, std::string raw = {}) {
    const auto answer = ask(operation, who, std::move(values), std::move(body), std::move(raw));
    if (!answer) {
      ADD_FAILURE() << operation << ": " << answer.error().status << " " << answer.error().detail << " at "
                    << answer.error().where;
      return {};
    }
    if (answer->body.empty() || !answer->type.starts_with("application/json"))
      return boost::json::string(answer->body);
    auto value = boost::json::parse(answer->body);
    const auto* schema = schema_of(operation, answer->status);
    EXPECT_NE(schema, nullptr) << operation << " does not say what " << answer->status << " is";
    if (schema == nullptr) return value;
    for (const auto& fault : schemas->check(value, *schema, "body"))
      ADD_FAILURE() << operation << ": " << fault.where << ": " << fault.detail;
    return value;
  }
  void refused(std::string_view operation, const accounts::Principal& who, Values values, unsigned status,
               boost::json::value body = {}) {
    const auto answer = ask(operation, who, std::move(values), std::move(body));
    ASSERT_FALSE(answer) << operation << " answered " << answer->body;
    EXPECT_EQ(answer.error().status, status) << operation << ": " << answer.error().detail;
  }

  // Puts domains of an organisation on the roster, and audits what the zone says of them.
  void have(const std::vector<std::string>& domains, const std::string& organisation) {
    std::vector<audit::roster::Listed> all;
    for (const auto& domain : domains)
      all.push_back({.entry = {.domain = *dns::Name::try_parse(domain), .organisation = organisation},
                     .added = now,
                     .by = "test"});
    auto roster = *audit::roster::Roster::open(bench->database());
    ASSERT_TRUE(roster.put(all, audit::roster::Existing::replace));
    AuditOrder order{.config = config, .open = audits.open};
    for (const auto& one : all) order.domains.push_back(one.entry);
    const auto done = run_audit(bench->database(), order);
    ASSERT_TRUE(done) << done.error().message();
    ASSERT_EQ(done->audited, domains.size());
  }
  Job wait(const std::string& id) {
    for (int i = 0; i < 2'000; ++i) {
      const auto job = *jobs->find(bench->database(), id);
      if (job && job->state != JobState::queued && job->state != JobState::running) return *job;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the job does not end";
    return {};
  }

  store::TemporaryFolder folder;
  store::Url url = *store::parse_url((folder.path() / "rampart.db").string());
  accounts::Common common{.policy = {.public_url = "https://rampart.example"},
                          .keys = *accounts::Keys::open((folder.path() / "keys").string())};
  std::unique_ptr<Bench> bench = *Bench::open(url, common);
  base::Time now = base::Time(std::chrono::seconds(1'795'852'800));
  std::unique_ptr<Jobs> jobs = *Jobs::open(url, nullptr, {.threads = 1}, now);
  Description description = *Description::built_in();
  boost::json::value document = boost::json::parse(description.text());
  std::unique_ptr<Schemas> schemas = learnt(document);
  std::shared_ptr<const base::Config> config = std::make_shared<const base::Config>(schema());
  auth::TestZone zone;
  net::http::Head head;
  Parts parts;
  AuditParts audits;
  Handlers handlers;

 private:
  static std::unique_ptr<Schemas> learnt(const boost::json::value& document) {
    auto out = std::make_unique<Schemas>(document);
    for (const auto& [name, schema] : document.at("components").at("schemas").as_object()) {
      const auto known = out->learn(schema);
      EXPECT_TRUE(known) << std::string(name) << ": " << known.error().message();
    }
    return out;
  }
  const boost::json::value* schema_of(std::string_view operation, unsigned status) {
    const auto* known = description.find(operation);
    std::string method = known->method;
    for (auto& c : method) c = base::to_lower(c);
    const auto& responses = document.at("paths").at(known->path).at(method).at("responses").as_object();
    const auto* response = responses.if_contains(std::to_string(status));
    if (response == nullptr) return nullptr;
    const auto* content = response->as_object().if_contains("content");
    if (content == nullptr) return nullptr;
    const auto& schema = content->as_object().at("application/json").at("schema");
    EXPECT_TRUE(schemas->learn(schema));
    return &schema;
  }
};

}  // namespace rampart::server::api
