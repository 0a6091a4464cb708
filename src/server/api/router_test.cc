#include "server/api/router.h"

#include <future>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "base/text.h"
#include "server/api/people_test.h"

namespace rampart::server::api {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::array<BuiltInPart, 2> kParts{
    BuiltInPart{"common", R"({"openapi": "3.1.0", "info": {}, "servers": [], "security": [],
      "parameters": {"limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}}},
      "schemas": {}})"},
    BuiltInPart{"things", R"({"schemas": {}, "paths": {
      "/open": {"get": {"operationId": "open_read", "x-permission": "none", "responses": {}},
                "post": {"operationId": "open_write", "x-permission": "none", "responses": {}, "requestBody": {"required": true,
                  "content": {"application/json": {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}, "additionalProperties": false}}}}}},
      "/things": {"get": {"operationId": "things_list", "x-permission": "domains.read", "responses": {}, "parameters": [
                    {"$ref": "#/components/parameters/limit"}, {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}},
                    {"name": "tag", "in": "query", "schema": {"type": "array", "items": {"enum": ["a", "b"]}}}]},
                  "post": {"operationId": "things_add", "x-permission": "domains.write", "responses": {}, "requestBody": {"required": true,
                    "content": {"text/csv": {"schema": {"type": "string"}}}}}},
      "/things/{id}": {"get": {"operationId": "things_read", "x-permission": "domains.read", "responses": {}, "parameters": [
                         {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^[a-z]+$"}}]},
                       "delete": {"operationId": "things_remove", "x-permission": "quarantine.delete", "responses": {}, "parameters": [
                         {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]}},
      "/things/special": {"get": {"operationId": "things_special", "x-permission": "domains.read", "responses": {}}},
      "/own": {"post": {"operationId": "own_write", "x-permission": "self", "responses": {}}},
      "/large": {"post": {"operationId": "large_write", "x-permission": "reports.upload", "x-body-limit": 8000000, "responses": {},
        "requestBody": {"required": true, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}}
    }})"}};

class RouterTest : public testing::Test {
 protected:
  void SetUp() override {
    people_.enrol();
    const auto says = [](std::string text) {
      return [text](Call&) -> Answer { return reply_json("\"" + text + "\""); };
    };
    Handlers handlers;
    handlers.add("open_read", says("open"));
    handlers.add("open_write", [](Call& call) -> Answer { return reply_json(call.body()); });
    handlers.add("things_list", [](Call& call) -> Answer {
      const auto from = TRY(call.page());
      return reply_json("\"" + std::to_string(from.limit) + base::join(call.texts("tag"), "+") + "\"");
    });
    handlers.add("things_add", [](Call& call) -> Answer {
      call.told.details = R"({"lines":1})";
      return created("/api/v1/things/x", "\"" + call.raw() + "\"");
    });
    handlers.add("things_read", [](Call& call) -> Answer {
      if (call.text("id") == "broken") throw std::runtime_error("/var/lib/secret");
      TRY(call.within(call.text("id") == "nobodys" ? "" : "o1"));
      return reply_json("\"" + call.text("id") + "\"");
    });
    handlers.add("things_remove", [](Call&) -> Answer { return no_content(); });
    handlers.add("things_special", says("special"));
    handlers.add("own_write", [](Call&) -> Answer { return no_content(); });
    handlers.add("large_write",
                 [](Call& call) -> Answer { return reply_json(std::to_string(call.upload().size())); });
    router_ = *Router::make({.description = &description_,
                             .handlers = handlers,
                             .pool = people_.pool.get(),
                             .gate = {.origin = std::string(kTestOrigin)},
                             .clock = [this] { return people_.now; },
                             .upload_folder = people_.folder.path().string(),
                             .log = [this](std::string_view what) { logged_ += what; }});
  }

  using Fields = net::http::Fields;
  [[nodiscard]] net::http::Head head(std::string method, std::string path, Fields fields = {},
                                     std::string_view body = {}) const {
    net::http::Head out{.method = std::move(method), .path = "/api/v1" + path};
    if (const auto mark = out.path.find('?'); mark != std::string::npos) {
      out.query = out.path.substr(mark + 1);
      out.path.resize(mark);
    }
    out.fields = std::move(fields);
    if (!body.empty()) out.length = body.size();
    out.peer = *base::IpAddress::parse("192.0.2.1");
    return out;
  }
  net::http::Response ask(std::string method, std::string path, Fields fields = {}, std::string body = {}) {
    auto plan = router_->plan(head(std::move(method), std::move(path), std::move(fields), body));
    if (plan.later) {
      std::promise<std::function<net::http::Handler::Plan()>> decided;
      plan.later([&](std::function<net::http::Handler::Plan()> made) { decided.set_value(std::move(made)); });
      plan = decided.get_future().get()();
    }
    if (plan.refusal) return *plan.refusal;
    std::promise<net::http::Response> answered;
    const net::http::Done done = [&](net::http::Response response) {
      answered.set_value(std::move(response));
    };
    if (plan.spooled) {
      base::Spool spool(1 << 20, people_.folder.path().string());
      EXPECT_TRUE(spool.append(body));
      plan.spooled->answer(std::move(spool), done);
    } else {
      plan.answer(std::move(body), done);
    }
    return answered.get_future().get();
  }
  [[nodiscard]] Fields signed_in(Fields more = {}) const {
    more.emplace_back("Cookie", std::string(kCookie) + "=" + people_.cookie);
    return more;
  }
  [[nodiscard]] Fields from_console(Fields more = {}) const {
    more.emplace_back(kCsrfField, accounts::csrf_of(people_.cookie));
    more.emplace_back("Origin", kTestOrigin);
    more.emplace_back("Sec-Fetch-Site", "same-origin");
    return signed_in(std::move(more));
  }
  static std::string problem(const net::http::Response& response) {
    EXPECT_EQ(response.type, "application/problem+json") << response.status << response.body;
    const auto value = json::parse(response.body);
    EXPECT_EQ(value.at("status"), response.status);
    return std::string(value.at("type").as_string()).substr(10);
  }
  static std::string field(const net::http::Response& response, std::string_view name) {
    for (const auto& [one, value] : response.fields)
      if (one == name) return value;
    return {};
  }

  People people_;
  Description description_ = *Description::merge(kParts, {});
  std::string logged_;
  std::unique_ptr<Router> router_;
};

TEST_F(RouterTest, FindsTheOperationOfPathAndMethod) {
  EXPECT_EQ(ask("GET", "/open").body, "\"open\"");
  EXPECT_EQ(ask("GET", "/things/special", signed_in()).body, "\"special\"");
  EXPECT_EQ(ask("GET", "/things/other", signed_in()).body, "\"other\"");
  EXPECT_EQ(ask("GET", "/nowhere").status, 404U);
  EXPECT_EQ(ask("GET", "/things/a/b", signed_in()).status, 404U);
  EXPECT_EQ(ask("GET", "/things/").status, 404U);
  EXPECT_EQ(ask("GET", "").status, 404U);
  const auto wrong = ask("PATCH", "/things/x");
  EXPECT_EQ(problem(wrong), "method-not-allowed");
  EXPECT_EQ(field(wrong, "Allow"), "GET, HEAD, DELETE");
  EXPECT_EQ(ask("HEAD", "/open").status, 200U);
}

TEST_F(RouterTest, ChecksParametersAndBodiesByTheDescription) {
  EXPECT_EQ(ask("GET", "/things?limit=7&tag=a&tag=b", signed_in()).body, "\"7a+b\"");
  EXPECT_EQ(ask("GET", "/things", signed_in()).body, "\"50\"");
  for (const auto* query :
       {"limit=0", "limit=201", "limit=x", "limit=1&limit=2", "tag=c", "nothing=1", "limit=%zz"}) {
    const auto response = ask("GET", std::string("/things?") + query, signed_in());
    EXPECT_EQ(problem(response), "invalid") << query;
  }
  EXPECT_EQ(problem(ask("GET", "/things/UPPER", signed_in())), "not-found");
  const Fields is_json{{"Content-Type", "application/json; charset=utf-8"}};
  EXPECT_EQ(ask("POST", "/open", is_json, R"({"n":1})").body, R"({"n":1})");
  const auto invalid = ask("POST", "/open", is_json, R"({"n":"1","m":2})");
  EXPECT_EQ(invalid.status, 422U);
  EXPECT_EQ(json::parse(invalid.body).at("problems").as_array().size(), 2U);
  EXPECT_EQ(json::parse(invalid.body).at("where"), "body.n");
  EXPECT_EQ(problem(ask("POST", "/open", is_json, "{")), "malformed");
  EXPECT_EQ(problem(ask("POST", "/open", is_json)), "malformed");
  EXPECT_EQ(problem(ask("POST", "/open", {{"Content-Type", "text/plain"}}, "{}")), "unsupported-media-type");
  EXPECT_EQ(problem(ask("POST", "/open", {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}},
                        "{}")),
            "unsupported-media-type");
  EXPECT_EQ(problem(ask("POST", "/open", is_json, std::string(kBodyLimit + 1, ' '))), "too-large");
}

TEST_F(RouterTest, AnswersNobodyWhoIsNotSignedIn) {
  for (const auto* path : {"/things", "/things/x", "/things/special"}) {
    EXPECT_EQ(problem(ask("GET", path)), "sign-in-required");
    EXPECT_EQ(problem(ask("GET", path, {{"Cookie", "__Host-rampart=guessed"}})), "sign-in-required");
    EXPECT_EQ(problem(ask("GET", path, {{"Cookie", "rampart=" + people_.cookie}})), "sign-in-required");
    EXPECT_EQ(problem(ask("GET", path, {{"Authorization", "Bearer rmp_guessed"}})), "sign-in-required");
    EXPECT_EQ(problem(ask("GET", path, {{"Authorization", "Basic b3duZXI6eA=="}})), "sign-in-required");
  }
  // What has a field Authorization is a token's: its cookie is not read.
  EXPECT_EQ(problem(ask("GET", "/things", signed_in({{"Authorization", "Bearer rmp_guessed"}}))),
            "sign-in-required");
  // Of two cookies of one name nobody knows which is ours.
  EXPECT_EQ(problem(ask("GET", "/things", signed_in({{"Cookie", "__Host-rampart=other"}}))),
            "sign-in-required");
}

TEST_F(RouterTest, WantsUnsafeRequestsToComeFromTheConsole) {
  const Fields csv{{"Content-Type", "text/csv"}};
  const auto with = [&](Fields fields) {
    fields.insert(fields.end(), csv.begin(), csv.end());
    return ask("POST", "/things", signed_in(std::move(fields)), "a,b");
  };
  const std::string right = accounts::csrf_of(people_.cookie);
  EXPECT_EQ(ask("POST", "/things", from_console(csv), "a,b").status, 201U);
  EXPECT_EQ(with({{std::string(kCsrfField), right}}).status, 201U);
  EXPECT_EQ(problem(with({})), "csrf");
  EXPECT_EQ(problem(with({{std::string(kCsrfField), "guessed"}})), "csrf");
  EXPECT_EQ(problem(with({{std::string(kCsrfField), right.substr(1)}})), "csrf");
  EXPECT_EQ(problem(with({{std::string(kCsrfField), right}, {"Origin", "https://evil.example"}})), "csrf");
  EXPECT_EQ(problem(with({{std::string(kCsrfField), right}, {"Origin", "null"}})), "csrf");
  EXPECT_EQ(problem(with(
                {{std::string(kCsrfField), right}, {"Origin", std::string(kTestOrigin) + ".evil.example"}})),
            "csrf");
  EXPECT_EQ(problem(with({{std::string(kCsrfField), right}, {"Sec-Fetch-Site", "cross-site"}})), "csrf");
  EXPECT_EQ(problem(with({{std::string(kCsrfField), right}, {"Sec-Fetch-Site", "same-site"}})), "csrf");
  // What needs no session goes by where it comes from alone.
  const Fields is_json{{"Content-Type", "application/json"}};
  EXPECT_EQ(ask("POST", "/open", is_json, "{}").status, 200U);
  EXPECT_EQ(problem(ask("POST", "/open",
                        {{"Content-Type", "application/json"}, {"Origin", "https://evil.example"}}, "{}")),
            "csrf");
}

TEST_F(RouterTest, WantsAFreshFactorForWhatNeedsOne) {
  EXPECT_EQ(ask("DELETE", "/things/x", from_console()).status, 204U);
  people_.now += accounts::kStepUpTime + 1s;
  EXPECT_EQ(problem(ask("DELETE", "/things/x", from_console())), "step-up-required");
  EXPECT_EQ(ask("GET", "/things/x", signed_in()).status, 200U);
  people_.now += 31min;
  EXPECT_EQ(problem(ask("GET", "/things/x", signed_in())), "sign-in-required");
}

TEST_F(RouterTest, TokensDoWhatTheyWereGrantedAndNothingOfTheAccount) {
  auto bench = *Bench::open(people_.url, people_.common);
  const auto session = **bench->desk().sessions.find(people_.cookie, {}, people_.now);
  const auto owner = **bench->desk().sessions.principal(session);
  const auto made = **bench->desk().tokens.make(
      owner, {.name = "test", .granted = {accounts::Permission::domains_read}}, people_.now);
  const Fields token{{"Authorization", "Bearer " + made.token}};
  EXPECT_EQ(ask("GET", "/things", token).status, 200U);
  EXPECT_EQ(problem(ask("DELETE", "/things/x", token)), "not-allowed");
  EXPECT_EQ(problem(ask("POST", "/own", token)), "not-allowed");
  EXPECT_EQ(ask("POST", "/own", from_console()).status, 204U);
}

TEST_F(RouterTest, LogsUnsafeActsAndTheirOutcome) {
  ASSERT_EQ(ask("POST", "/things", from_console({{"Content-Type", "text/csv"}}), "a").status, 201U);
  ASSERT_EQ(ask("DELETE", "/things/x", from_console()).status, 204U);
  auto bench = *Bench::open(people_.url, people_.common);
  const auto rows = *bench->desk().audit_log.list({.most = 2});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].entry.act, "things_remove");
  EXPECT_EQ(rows[0].entry.object, "x");
  EXPECT_EQ(rows[0].entry.account, people_.account);
  EXPECT_EQ(rows[1].entry.act, "things_add");
  EXPECT_EQ(rows[1].entry.details, R"({"lines":1})");
  EXPECT_EQ(rows[1].entry.outcome, accounts::log::Done::done);
}

TEST_F(RouterTest, SaysNothingOfItsOwnFaultsButInTheLog) {
  const auto response = ask("GET", "/things/broken", signed_in());
  EXPECT_EQ(problem(response), "fault");
  EXPECT_EQ(response.body.find("/var/lib"), std::string::npos);
  EXPECT_NE(logged_.find("/var/lib/secret"), std::string::npos);
}

TEST_F(RouterTest, NamesStatesByEtags) {
  const auto first = ask("GET", "/things", signed_in());
  const auto etag = field(first, "ETag");
  ASSERT_FALSE(etag.empty());
  const auto same = ask("GET", "/things", signed_in({{"If-None-Match", etag}}));
  EXPECT_EQ(same.status, 304U);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(field(same, "ETag"), etag);
  EXPECT_EQ(ask("GET", "/things?limit=9", signed_in({{"If-None-Match", etag}})).status, 200U);
}

TEST_F(RouterTest, ReadsALargeBodyOnlyOfWhomItKnows) {
  const std::string body(1'000'000, 'x');
  EXPECT_EQ(ask("POST", "/large", from_console(), body).body, "1000000");
  EXPECT_EQ(ask("POST", "/large", from_console(), "few").body, "3");
  const auto plan = router_->plan(head("POST", "/large", {{"Cookie", "__Host-rampart=guessed"}}, body));
  EXPECT_TRUE(plan.later) << "it is asked who that is before anything is read";
  EXPECT_EQ(problem(ask("POST", "/large", {{"Cookie", "__Host-rampart=guessed"}}, body)), "sign-in-required");
  EXPECT_TRUE(router_->plan(head("POST", "/large", {}, body)).refusal);
  EXPECT_EQ(problem(ask("POST", "/large", from_console(), std::string(8'000'001, 'x'))), "too-large");
}

TEST_F(RouterTest, DoesNotStartWithoutAHandlerForEachOperation) {
  EXPECT_FALSE(Router::make({.description = &description_, .handlers = {}, .pool = people_.pool.get()}));
}

TEST(Description, IsBuiltInWhole) {
  const auto description = Description::built_in();
  ASSERT_TRUE(description) << description.error().message();
  EXPECT_GT(description->operations().size(), 100U);
  const auto* publish = description->find("domains_publish");
  ASSERT_NE(publish, nullptr);
  EXPECT_EQ(publish->permission, accounts::Permission::fixes_publish);
  EXPECT_EQ(publish->path, "/domains/{domain}/plan/publish");
  EXPECT_EQ(description->find("session_sign_in")->needs, Needs::nothing);
  EXPECT_EQ(description->find("mail_scan")->body_limit, 64U << 20U);
  EXPECT_TRUE(description->find("events_follow")->streams);
  EXPECT_FALSE(description->find("account_password")->logged);
  const auto document = json::parse(description->text());
  EXPECT_TRUE(document.at("components").at("schemas").as_object().contains("AuditLine"));
}

}  // namespace
}  // namespace rampart::server::api
