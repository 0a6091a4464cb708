#include "accounts/oidc/documents.h"

#include <gtest/gtest.h>

#include "accounts/oidc/stub_provider.h"

namespace rampart::accounts::oidc {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::serialize;

TEST(Discovery, SaysWhereEverythingIs) {
  const StubProvider stub;
  const auto read = parse_metadata(serialize(stub.metadata()), stub.provider());
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->authorization_endpoint, "https://login.ministry.example/staff/authorize");
  EXPECT_EQ(read->jwks_uri, "https://login.ministry.example/staff/keys");
  EXPECT_TRUE(read->names_itself);
  EXPECT_FALSE(read->secret_in_body);
  EXPECT_EQ(discovery_url("https://x.example"), "https://x.example/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://x.example/a/"), "https://x.example/a/.well-known/openid-configuration");
}

TEST(Discovery, IsRefusedWhereItIsNotAsItShouldBe) {
  const StubProvider stub;
  const auto with = [&](const char* name, boost::json::value value) {
    auto document = stub.metadata();
    document[name] = std::move(value);
    const auto read = parse_metadata(serialize(document), stub.provider());
    return read ? std::string("taken") : read.error().message();
  };
  EXPECT_NE(with("issuer", "https://login.ministry.example/staff/").find("not of"), std::string::npos);
  EXPECT_NE(with("issuer", 1).find("not of"), std::string::npos);
  for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri"}) {
    for (const char* url : {"", "http://login.ministry.example/x", "file:///etc/passwd",
                            "https://a@b.example/", "/keys", "javascript:alert(1)"})
      EXPECT_NE(with(name, url), "taken") << name << url;
    EXPECT_NE(with(name, boost::json::string("https://x.example/" + std::string(kMaxUrl, 'x'))), "taken");
  }
  EXPECT_NE(with("id_token_signing_alg_values_supported", boost::json::array{"ES256", "none"}), "taken");
  EXPECT_NE(with("response_types_supported", boost::json::array{"id_token"}), "taken");
  EXPECT_NE(with("code_challenge_methods_supported", boost::json::array{"plain"}), "taken");
  EXPECT_EQ(with("code_challenge_methods_supported", nullptr), "taken");
  EXPECT_EQ(with("token_endpoint_auth_methods_supported", boost::json::array{"client_secret_post"}), "taken");
  for (const char* text : {"", "[]", "{", "null", "{}"})
    EXPECT_FALSE(parse_metadata(text, stub.provider())) << text;
  EXPECT_FALSE(parse_metadata(serialize(stub.metadata()) + std::string(kMaxDocument, ' '), stub.provider()));
}

TEST(Keys, ThoseThatFitAreKept) {
  StubProvider stub(SigningAlgorithm::es256);
  const auto first = stub.jwk();
  stub.new_key("k2");
  const auto second = stub.jwk();
  auto for_encryption = first;
  for_encryption["use"] = "enc";
  for_encryption["kid"] = "k3";
  auto of_other_algorithm = first;
  of_other_algorithm["alg"] = "ES384";
  of_other_algorithm["kid"] = "k4";
  auto off_curve = first;
  off_curve["y"] = first.at("x");
  off_curve["kid"] = "k5";
  auto signs_only = first;
  signs_only["key_ops"] = array{"sign"};
  signs_only["kid"] = "k6";
  const auto set =
      KeySet::parse(serialize(object{{"keys", array{first, second, for_encryption, of_other_algorithm,
                                                    off_curve, signs_only, 1, nullptr, object{}}}}),
                    SigningAlgorithm::es256);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), 2U);
  EXPECT_NE(set->find("k1"), nullptr);
  EXPECT_NE(set->find("k2"), nullptr);
  for (const char* id : {"k3", "k4", "k5", "k6", ""}) EXPECT_EQ(set->find(id), nullptr) << id;
}

TEST(Keys, WhatIsNoKeyIsNone) {
  const StubProvider rsa;
  const auto alone = [](object key, SigningAlgorithm algorithm) {
    return KeySet::parse(serialize(object{{"keys", array{std::move(key)}}}), algorithm).has_value();
  };
  EXPECT_TRUE(alone(rsa.jwk(), SigningAlgorithm::rs256));
  EXPECT_FALSE(alone(rsa.jwk(), SigningAlgorithm::ps256));  // its "alg" says otherwise
  EXPECT_FALSE(alone(rsa.jwk(), SigningAlgorithm::es256));
  EXPECT_FALSE(alone(StubProvider(SigningAlgorithm::rs256, 1024).jwk(), SigningAlgorithm::rs256));
  for (const char* exponent : {"AQ", "Ag", "AAAAAAAB", "", "!"}) {
    auto key = rsa.jwk();
    key["e"] = exponent;
    EXPECT_FALSE(alone(key, SigningAlgorithm::rs256)) << exponent;
  }
  auto symmetric = rsa.jwk();
  symmetric["kty"] = "oct";
  symmetric["k"] = "AAAA";
  EXPECT_FALSE(alone(symmetric, SigningAlgorithm::rs256));
  auto curve = StubProvider(SigningAlgorithm::es256).jwk();
  curve["crv"] = "P-384";
  EXPECT_FALSE(alone(curve, SigningAlgorithm::es256));
  auto edwards = StubProvider(SigningAlgorithm::eddsa).jwk();
  edwards["alg"] = "Ed25519";
  EXPECT_TRUE(alone(edwards, SigningAlgorithm::eddsa));
  edwards["crv"] = "X25519";
  EXPECT_FALSE(alone(edwards, SigningAlgorithm::eddsa));
  for (const char* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})"})
    EXPECT_FALSE(KeySet::parse(text, SigningAlgorithm::rs256)) << text;
  array many(kMaxKeys, object{});
  many.push_back(rsa.jwk());
  EXPECT_FALSE(KeySet::parse(serialize(object{{"keys", many}}), SigningAlgorithm::rs256));
}

TEST(ProviderSettings, AreCheckedBeforeUse) {
  const StubProvider stub;
  EXPECT_TRUE(check_provider(stub.provider()));
  const auto member_of = [&](const std::function<void(Provider&)>& alter) {
    auto provider = stub.provider();
    alter(provider);
    const auto checked = check_provider(provider);
    return checked ? std::string() : checked.error().where;
  };
  EXPECT_EQ(member_of([](auto& p) { p.id = "Min/istry"; }), "oidc.Min/istry.id");
  EXPECT_EQ(member_of([](auto& p) { p.name.clear(); }), "oidc.ministry.name");
  EXPECT_EQ(member_of([](auto& p) { p.issuer = "http://login.ministry.example"; }), "oidc.ministry.issuer");
  EXPECT_EQ(member_of([](auto& p) { p.issuer += "?x"; }), "oidc.ministry.issuer");
  EXPECT_EQ(member_of([](auto& p) { p.client_id = "a b"; }), "oidc.ministry.client_id");
  EXPECT_EQ(member_of([](auto& p) { p.second_factor.methods = {"pwd"}; }), "oidc.ministry.amr");
  EXPECT_EQ(member_of([](auto& p) { p.second_factor.contexts = {""}; }), "oidc.ministry.acr");
  EXPECT_EQ(member_of([](auto& p) { p.scopes = {"a b"}; }), "oidc.ministry.scopes");
  EXPECT_EQ(member_of([](auto& p) { p.max_age = std::chrono::seconds(0); }), "oidc.ministry.max_age");
  EXPECT_EQ(parse_signing_algorithm("EdDSA"), SigningAlgorithm::eddsa);
  for (const char* text : {"none", "HS256", "rs256", ""}) EXPECT_FALSE(parse_signing_algorithm(text));
}

}  // namespace
}  // namespace rampart::accounts::oidc
