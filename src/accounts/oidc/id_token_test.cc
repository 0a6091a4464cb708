#include <gtest/gtest.h>

#include "accounts/oidc/stub_provider.h"

namespace rampart::accounts::oidc {
namespace {

using boost::json::object;

const base::Time kNow = base::parse_time("2026-11-28T08:00:00Z").value();
constexpr auto kAll = {SigningAlgorithm::rs256, SigningAlgorithm::ps256, SigningAlgorithm::es256,
                       SigningAlgorithm::eddsa};

Attempt attempt(bool fresh = false) {
  return {.provider = "ministry",
          .state = "state",
          .nonce = "nonce",
          .verifier = "verifier",
          .begun = kNow - std::chrono::minutes(1),
          .fresh = fresh};
}

std::string outcome(const std::expected<Identity, SignInRefusal>& result) {
  return result ? "taken" : std::string(to_string(result.error().why));
}

TEST(IdToken, OfEveryAlgorithmIsTaken) {
  for (const auto algorithm : kAll) {
    const StubProvider stub(algorithm);
    const auto keys = KeySet::parse(stub.jwks(), algorithm);
    ASSERT_TRUE(keys) << keys.error().message();
    const auto who = check_id_token(stub.provider(), *keys, attempt(), stub.token("nonce", kNow), kNow);
    ASSERT_TRUE(who) << to_string(algorithm) << who.error().detail;
    EXPECT_EQ(who->issuer, stub.issuer);
    EXPECT_EQ(who->subject, "248289761001");
    EXPECT_EQ(who->proof, "amr mfa");
    EXPECT_EQ(who->proven, kNow - std::chrono::seconds(5));
    EXPECT_EQ(who->name, "ayesha");
    EXPECT_EQ(who->email, "ayesha@ministry.example");
  }
}

class IdTokenTest : public testing::Test {
 protected:
  std::string with(const StubProvider::Alter& alter, bool fresh = false) {
    return outcome(
        check_id_token(stub_.provider(), keys_, attempt(fresh), stub_.token("nonce", kNow, alter), kNow));
  }
  std::string claim(const char* name, boost::json::value value, bool fresh = false) {
    return with([&](object&, object& claims) { claims[name] = value; }, fresh);
  }
  std::string without(const char* name) {
    return with([&](object&, object& claims) { claims.erase(name); });
  }
  std::string header(const char* name, boost::json::value value) {
    return with([&](object& header, object&) { header[name] = value; });
  }
  StubProvider stub_{SigningAlgorithm::es256};
  KeySet keys_ = KeySet::parse(stub_.jwks(), SigningAlgorithm::es256).value();
  std::int64_t now_ = kNow.time_since_epoch().count();
};

TEST_F(IdTokenTest, EveryClaimCounts) {
  EXPECT_EQ(with({}), "taken");
  EXPECT_EQ(claim("iss", "https://login.ministry.example/staff/"), "issuer");
  EXPECT_EQ(claim("iss", "https://evil.example"), "issuer");
  EXPECT_EQ(without("iss"), "issuer");
  EXPECT_EQ(claim("aud", "another"), "audience");
  EXPECT_EQ(claim("aud", boost::json::array{"rampart"}), "taken");
  EXPECT_EQ(claim("aud", boost::json::array{"rampart", "another"}), "audience");
  EXPECT_EQ(claim("aud", boost::json::array{}), "audience");
  EXPECT_EQ(without("aud"), "audience");
  EXPECT_EQ(claim("azp", "rampart"), "taken");
  EXPECT_EQ(claim("azp", "another"), "audience");
  EXPECT_EQ(with([](object&, object& claims) {
              claims["aud"] = boost::json::array{"another", "rampart"};
              claims["azp"] = "rampart";
            }),
            "taken");
  EXPECT_EQ(claim("nonce", "another"), "nonce");
  EXPECT_EQ(without("nonce"), "nonce");
  EXPECT_EQ(claim("sub", ""), "malformed");
  EXPECT_EQ(claim("sub", 17), "malformed");
  EXPECT_EQ(claim("sub", boost::json::string(256, 'x')), "malformed");
  EXPECT_EQ(claim("sub", "a\nb"), "malformed");
  EXPECT_EQ(without("sub"), "malformed");
}

TEST_F(IdTokenTest, EveryTimeCounts) {
  EXPECT_EQ(claim("exp", now_ - 59), "taken");
  EXPECT_EQ(claim("exp", now_ - 60), "time");
  EXPECT_EQ(claim("exp", static_cast<double>(now_) + 0.5), "taken");
  EXPECT_EQ(claim("exp", "tomorrow"), "malformed");
  EXPECT_EQ(claim("exp", -1), "malformed");
  EXPECT_EQ(claim("exp", 1e300), "malformed");
  EXPECT_EQ(without("exp"), "malformed");
  EXPECT_EQ(claim("iat", now_ + 60), "taken");
  EXPECT_EQ(claim("iat", now_ + 61), "time");
  EXPECT_EQ(claim("iat", now_ - 660), "taken");
  EXPECT_EQ(claim("iat", now_ - 661), "time");
  EXPECT_EQ(without("iat"), "malformed");
  EXPECT_EQ(claim("nbf", now_ + 61), "time");
  EXPECT_EQ(claim("nbf", now_), "taken");
  EXPECT_EQ(claim("nbf", "x"), "time");
}

TEST_F(IdTokenTest, ThePersonProvedHimselfInThisSignIn) {
  EXPECT_EQ(without("auth_time"), "stale");
  EXPECT_EQ(claim("auth_time", now_ - 3660), "taken");
  EXPECT_EQ(claim("auth_time", now_ - 3661), "stale");
  EXPECT_EQ(claim("auth_time", now_ + 61), "time");
  const auto ahead =
      stub_.token("nonce", kNow, [&](object&, object& claims) { claims["auth_time"] = now_ + 60; });
  EXPECT_EQ(check_id_token(stub_.provider(), keys_, attempt(), ahead, kNow)->proven, kNow);
  // A step-up: since it was begun, a minute ago.
  EXPECT_EQ(claim("auth_time", now_ - 120, true), "taken");
  EXPECT_EQ(claim("auth_time", now_ - 121, true), "stale");
}

TEST_F(IdTokenTest, OnlyThePinnedAlgorithmCounts) {
  for (const char* algorithm : {"none", "None", "", "HS256", "HS512", "RS256", "ES384", "es256"})
    EXPECT_EQ(header("alg", algorithm), "algorithm") << algorithm;
  EXPECT_EQ(with([](object& header, object&) { header.erase("alg"); }), "algorithm");
  EXPECT_EQ(header("crit", boost::json::array{"exp"}), "malformed");
  EXPECT_EQ(header("typ", "jwt"), "taken");
  EXPECT_EQ(header("typ", "at+jwt"), "malformed");
  EXPECT_EQ(header("typ", 1), "malformed");
  EXPECT_EQ(header("kid", "k2"), "key");
  EXPECT_EQ(header("kid", 1), "malformed");
  EXPECT_EQ(with([](object& header, object&) { header.erase("kid"); }), "taken");  // there is one key
  // A key that the token brings along is nobody's.
  const StubProvider other(SigningAlgorithm::es256);
  const auto brought =
      other.token("nonce", kNow, [&](object& header, object&) { header["jwk"] = other.jwk(); });
  EXPECT_EQ(outcome(check_id_token(stub_.provider(), keys_, attempt(), brought, kNow)), "signature");
  // The keys of another algorithm than the pinned one.
  auto provider = stub_.provider();
  provider.algorithm = SigningAlgorithm::rs256;
  EXPECT_EQ(outcome(check_id_token(provider, keys_, attempt(), stub_.token("nonce", kNow), kNow)),
            "algorithm");
}

TEST_F(IdTokenTest, WhatIsNoToken) {
  const auto good = stub_.token("nonce", kNow);
  const auto check = [&](const std::string& token) {
    return outcome(check_id_token(stub_.provider(), keys_, attempt(), token, kNow));
  };
  EXPECT_EQ(check(good), "taken");
  const auto first = good.find('.');
  const auto last = good.rfind('.');
  for (const auto& token : {std::string(), std::string(".."), std::string("a.b"), good + ".", good + ".x",
                            good.substr(0, last), std::string(kMaxIdToken + 1, 'x'), "=" + good, good + "="})
    EXPECT_EQ(check(token), "malformed") << token;
  EXPECT_EQ(check(good.substr(0, last) + "."), "signature");
  EXPECT_EQ(check(good.substr(0, last) + ".AAAA"), "signature");
  // RFC 8725 section 2.1: no signature, and a header that says so.
  EXPECT_EQ(check(base::encode_base64url(R"({"alg":"none"})") + good.substr(first, last - first + 1)),
            "algorithm");
  // Another body under the same signature.
  const auto body = base::decode_base64url(good.substr(first + 1, last - first - 1)).value();
  auto forged = body;
  forged.replace(forged.find("248289761001"), 12, "248289761002");
  EXPECT_EQ(check(good.substr(0, first + 1) + base::encode_base64url(forged) + good.substr(last)),
            "signature");
  auto spoiled = good;
  spoiled[last + 10] = spoiled[last + 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(check(spoiled), "signature");
}

TEST_F(IdTokenTest, AnUnverifiedAddressIsNotShown) {
  const auto who = check_id_token(
      stub_.provider(), keys_, attempt(),
      stub_.token("nonce", kNow, [](object&, object& claims) { claims["email_verified"] = "true"; }), kNow);
  EXPECT_EQ(who->email, "");
}

TEST_F(IdTokenTest, WithoutASecondFactorNobodyComesIn) {
  stub_.person.amr = {"pwd"};
  EXPECT_EQ(with({}), "second_factor");
  EXPECT_EQ(without("amr"), "second_factor");
  EXPECT_EQ(claim("amr", "mfa"), "second_factor");  // a text is no list
  EXPECT_EQ(claim("amr", boost::json::array{1, "mfa"}), "taken");
}

TEST(SecondFactor, WhatProvesTwo) {
  const auto proof = [](std::vector<std::string> amr, SecondFactorRules rules = {},
                        std::string_view acr = {}) {
    return proof_of_two_factors(rules, amr, acr).value_or("");
  };
  EXPECT_EQ(proof({"mfa"}), "amr mfa");
  EXPECT_EQ(proof({"pwd", "otp"}), "amr pwd+otp");
  EXPECT_EQ(proof({"hwk", "pin"}), "amr pin+hwk");
  EXPECT_EQ(proof({"fpt", "swk"}), "amr swk+fpt");
  EXPECT_EQ(proof({"face", "sc", "pin"}), "amr pin+sc+face");
  for (const auto& alone : {"pwd", "pin", "otp", "hwk", "swk", "sc",  "face", "fpt", "iris", "retina", "vbm",
                            "sms", "tel", "kba", "mca", "geo", "rba", "user", "wia", "MFA",  "mfa2",   ""})
    EXPECT_EQ(proof({alone}), "") << alone;
  EXPECT_EQ(proof({}), "");
  EXPECT_EQ(proof({"pwd", "pin"}), "");
  EXPECT_EQ(proof({"otp", "hwk", "swk", "sc"}), "");
  EXPECT_EQ(proof({"face", "fpt"}), "");
  EXPECT_EQ(proof({"pwd", "sms"}), "");
  EXPECT_EQ(proof({"pwd", "kba", "user", "rba", "geo", "wia", "mca"}), "");
  // As the operator says, and nothing else then.
  const SecondFactorRules own{.methods = {"ngcmfa", "pwd+sms"}, .contexts = {"phrh"}};
  EXPECT_EQ(proof({"ngcmfa"}, own), "amr ngcmfa");
  EXPECT_EQ(proof({"sms", "x", "pwd"}, own), "amr pwd+sms");
  EXPECT_EQ(proof({"mfa"}, own), "");
  EXPECT_EQ(proof({}, own, "phrh"), "acr phrh");
  EXPECT_EQ(proof({}, own, "phr"), "");
  EXPECT_EQ(proof({"pwd"}, {.methods = {"pwd"}}), "");  // whatever the operator says
  EXPECT_EQ(proof({"pwd"}, {.methods = {"", "+"}}), "");
  EXPECT_EQ(check_method_setting("hwk"), "");
  EXPECT_EQ(check_method_setting("pwd+otp"), "");
  for (const char* text : {"", "+", "pwd+", "a b", "pwd", "pwd+pin", "kba", "user+pwd"})
    EXPECT_NE(check_method_setting(text), "") << text;
}

}  // namespace
}  // namespace rampart::accounts::oidc
