#include "accounts/factor/webauthn.h"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounts/factor/stub_authenticator.h"
#include "base/json.h"

namespace rampart::accounts::factor {
namespace {

using Why = Refusal::Why;
using Wishes = StubAuthenticator::Wishes;

const std::string kChallenge(kChallengeBytes, 'c');
const std::string kHandle(kUserHandleBytes, 'h');

RelyingParty party() {
  return {.id = "rampart.cert.example", .name = "Rampart", .origins = {"https://rampart.cert.example"}};
}

// A text of a refusal, or "taken": so that one comparison shows what came instead.
template <class T>
std::string outcome(const std::expected<T, Refusal>& result) {
  return result ? "taken" : std::string(to_string(result.error().why));
}

struct Case {
  std::string name;
  Wishes wishes;
  std::string expected;
};

// What both ceremonies judge alike.
std::vector<Case> common_cases() {
  return {
      {"as it should be", {}, "taken"},
      {"members that a browser adds",
       {.more_client_data = R"(,"crossOrigin":false,"other_keys_can_be_added_here":"x","x":{"y":[1]})"},
       "taken"},
      {"a byte order mark",
       {.alter_client = [](std::string& text) { text.insert(0, "\xef\xbb\xbf"); }},
       "taken"},
      {"another ceremony", {.type = "payment.get"}, "type"},
      {"another challenge", {.challenge = std::string(kChallengeBytes, 'd')}, "challenge"},
      {"a challenge that is cut", {.challenge = kChallenge.substr(1)}, "challenge"},
      {"a longer challenge", {.challenge = kChallenge + "c"}, "challenge"},
      {"another origin", {.origin = "https://rampart.cert.example.evil.example"}, "origin"},
      {"without TLS", {.origin = "http://rampart.cert.example"}, "origin"},
      {"another port", {.origin = "https://rampart.cert.example:8443"}, "origin"},
      {"a subdomain", {.origin = "https://x.rampart.cert.example"}, "origin"},
      {"with a slash", {.origin = "https://rampart.cert.example/"}, "origin"},
      {"no origin", {.origin = ""}, "origin"},
      {"within another page", {.more_client_data = R"(,"crossOrigin":true)"}, "cross_origin"},
      {"within a page of ours",
       {.more_client_data = R"(,"crossOrigin":false,"topOrigin":"https://rampart.cert.example")"},
       "cross_origin"},
      {"crossOrigin is a text", {.more_client_data = R"(,"crossOrigin":"true")"}, "malformed"},
      {"topOrigin is a number", {.more_client_data = R"(,"topOrigin":1)"}, "malformed"},
      {"client data that is cut", {.alter_client = [](std::string& text) { text.pop_back(); }}, "malformed"},
      {"client data with something behind",
       {.alter_client = [](std::string& text) { text += "{}"; }},
       "malformed"},
      {"no UTF-8", {.more_client_data = ",\"x\":\"\xff\""}, "malformed"},
      {"another relying party", {.party = "cert.example"}, "party"},
      {"its hash altered", {.alter_data = [](std::string& data) { data[0] ^= 1; }}, "party"},
      {"nobody touched it", {.flags = 0x04}, "presence"},
      {"touched, not verified", {.flags = 0x01}, "taken"},
      {"reserved flags", {.flags = 0x01 | 0x02 | 0x20}, "taken"},
      {"backed up, not eligible", {.flags = 0x05 | 0x10}, "backup"},
      {"an octet behind", {.behind_data = std::string(1, '\0')}, "malformed"},
      {"extensions behind that no flag announces", {.behind_data = cbor::head(5, 0)}, "malformed"},
      {"cut", {.alter_data = [](std::string& data) { data.pop_back(); }}, "malformed"},
      {"unknown extensions", {.extensions = cbor::head(5, 1) + cbor::text("x") + cbor::head(5, 0)}, "taken"},
      {"an extension twice",
       {.extensions =
            cbor::head(5, 2) + cbor::text("x") + cbor::integer(1) + cbor::text("x") + cbor::integer(1)},
       "malformed"},
      {"extensions are no map", {.extensions = cbor::head(4, 0)}, "malformed"},
      {"an extension of no end", {.extensions = "\xbf\xff"}, "malformed"},
      {"extensions too deep",
       {.extensions = cbor::head(5, 1) + cbor::text("x") + std::string(60, '\x81') + cbor::integer(0)},
       "malformed"},
      {"extensions that promise much",
       {.extensions =
            cbor::head(5, 1) + cbor::text("x") + std::string("\x9b\x00\x00\x00\xff\xff\xff\xff\xff", 9)},
       "malformed"},
  };
}

Passkey enrolled(const StubAuthenticator& key, Wishes wishes = {}) {
  wishes.challenge = kChallenge;
  auto passkey = check_registration(party(), kChallenge, key.create(wishes));
  EXPECT_TRUE(passkey) << passkey.error().detail;
  return passkey.value_or(Passkey{});
}

TEST(WebAuthn, EveryFieldOfARegistration) {
  const StubAuthenticator key;
  for (auto& [name, wishes, expected] : common_cases()) {
    if (wishes.challenge.empty()) wishes.challenge = kChallenge;
    for (const char* format : {"none", "packed"}) {
      wishes.format = format;
      EXPECT_EQ(outcome(check_registration(party(), kChallenge, key.create(wishes))), expected)
          << name << ", " << format;
    }
  }
}

TEST(WebAuthn, EveryFieldOfASignIn) {
  const StubAuthenticator key;
  const auto passkey = enrolled(key);
  for (auto& [name, wishes, expected] : common_cases()) {
    if (wishes.challenge.empty()) wishes.challenge = kChallenge;
    EXPECT_EQ(outcome(check_assertion(party(), kChallenge, kHandle, {&passkey, 1}, key.get(wishes))),
              expected)
        << name;
  }
}

TEST(WebAuthn, ARegistrationBecomesAPasskey) {
  StubAuthenticator key;
  key.aaguid_ = "0123456789abcdef";
  const auto passkey = enrolled(key, {.flags = 0x05 | 0x08 | 0x10, .count = 7});
  EXPECT_EQ(passkey.id, std::string(32, 'k'));
  EXPECT_EQ(passkey.public_key, key.cose_key());
  EXPECT_EQ(passkey.algorithm, Algorithm::es256);
  EXPECT_EQ(passkey.sign_count, 7U);
  EXPECT_TRUE(passkey.uv && passkey.backup_eligible && passkey.backed_up);
  EXPECT_EQ(passkey.aaguid, "0123456789abcdef");
  EXPECT_THAT(passkey.transports, testing::ElementsAre("internal", "usb"));
  EXPECT_EQ(passkey.attestation, "none");
  EXPECT_FALSE(enrolled(key, {.flags = 0x01}).uv);
}

TEST(WebAuthn, EveryAlgorithmEnrolsAndSignsIn) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    const StubAuthenticator key(algorithm, "of this algorithm");
    for (const char* format : {"none", "packed"}) {
      const auto passkey = enrolled(key, {.format = format});
      EXPECT_EQ(passkey.algorithm, algorithm);
      EXPECT_EQ(passkey.attestation, std::string_view(format) == "none" ? "none" : "packed-self");
      const auto body = key.get({.challenge = kChallenge, .count = 1, .user_handle = kHandle});
      const auto proof = check_assertion(party(), kChallenge, kHandle, {&passkey, 1}, body);
      ASSERT_TRUE(proof) << static_cast<int>(algorithm) << format << proof.error().detail;
      EXPECT_EQ(proof->sign_count, 1U);
      EXPECT_TRUE(proof->uv);
    }
  }
}

TEST(WebAuthn, VerificationWhereItIsRequired) {
  const StubAuthenticator key;
  const auto passkey = enrolled(key);
  constexpr auto kRequired = UserVerification::required;
  const auto create = [&](std::uint8_t flags) {
    return outcome(check_registration(party(), kChallenge,
                                      key.create({.challenge = kChallenge, .flags = flags}), kRequired));
  };
  const auto get = [&](std::uint8_t flags) {
    return outcome(check_assertion(party(), kChallenge, kHandle, {&passkey, 1},
                                   key.get({.challenge = kChallenge, .flags = flags}), kRequired));
  };
  EXPECT_EQ(create(0x05), "taken");
  EXPECT_EQ(create(0x01), "verification");
  EXPECT_EQ(get(0x05), "taken");
  EXPECT_EQ(get(0x01), "verification");
}

TEST(WebAuthn, AttestationsThatAreTaken) {
  const StubAuthenticator key;
  EXPECT_EQ(enrolled(key, {.format = "fido-u2f"}).attestation, "fido-u2f");
  // Chrome sets credProtect unasked where a passkey is kept on a security key.
  const auto protection = cbor::head(5, 1) + cbor::text("credProtect") + cbor::integer(2);
  for (const char* format : {"none", "packed"})
    EXPECT_EQ(enrolled(key, {.extensions = protection, .format = format}).algorithm, Algorithm::es256);
  const auto spoiled = [](std::string& signature) { signature.back() ^= 1; };
  for (const char* format : {"packed", "fido-u2f"}) {
    const auto body = key.create({.challenge = kChallenge, .format = format, .alter_signature = spoiled});
    EXPECT_EQ(outcome(check_registration(party(), kChallenge, body)), "signature") << format;
  }
  StubAuthenticator named;
  named.aaguid_ = std::string(16, 'a');
  const auto body = named.create({.challenge = kChallenge, .format = "fido-u2f"});
  EXPECT_EQ(outcome(check_registration(party(), kChallenge, body)), "malformed");
}

TEST(WebAuthn, AttestationsThatNobodyAskedFor) {
  const StubAuthenticator key;
  for (const char* format : {"tpm", "android-key", "android-safetynet", "apple", "compound", "", "None"}) {
    const auto body = key.create({.challenge = kChallenge, .format = format});
    EXPECT_EQ(outcome(check_registration(party(), kChallenge, body)), "format") << format;
  }
  const auto replaced = [&](std::string_view from, const std::string& to, const char* format) {
    const auto alter = [&](std::string& object) { object.replace(object.find(from), from.size(), to); };
    return outcome(check_registration(
        party(), kChallenge, key.create({.challenge = kChallenge, .format = format, .alter_object = alter})));
  };
  // "none" says nothing; a packed statement has its own key's algorithm and no certificate.
  const auto statement = cbor::text("attStmt");
  EXPECT_EQ(replaced(statement + cbor::head(5, 0),
                     statement + cbor::head(5, 1) + cbor::text("sig") + cbor::integer(0), "none"),
            "malformed");
  EXPECT_EQ(replaced(cbor::text("alg") + cbor::integer(-7), cbor::text("alg") + cbor::integer(-8), "packed"),
            "signature");
  EXPECT_EQ(
      replaced(cbor::text("alg") + cbor::integer(-7), cbor::text("alg") + cbor::integer(-257), "packed"),
      "signature");
  EXPECT_EQ(replaced(cbor::head(5, 2) + cbor::text("alg"),
                     cbor::head(5, 3) + cbor::text("x5c") + cbor::head(4, 0) + cbor::text("alg"), "packed"),
            "format");
}

TEST(WebAuthn, TheAttestationObjectHasThreeMembersAndNothingBehind) {
  const StubAuthenticator key;
  const auto altered = [&](const std::function<void(std::string&)>& alter) {
    return outcome(check_registration(party(), kChallenge,
                                      key.create({.challenge = kChallenge, .alter_object = alter})));
  };
  EXPECT_EQ(altered([](std::string& object) { object += '\0'; }), "malformed");
  EXPECT_EQ(altered([](std::string& object) { object.pop_back(); }), "malformed");
  EXPECT_EQ(altered([](std::string& object) {
              object.clear();
              object += '\xa0';
            }),
            "malformed");
  EXPECT_EQ(altered([](std::string& object) {
              object[0] = '\xa4';
              object += cbor::text("epAtt") + '\xf5';
            }),
            "malformed");
  EXPECT_EQ(altered([](std::string& object) {  // the same member twice
              object[0] = '\xa4';
              object += cbor::text("fmt") + cbor::text("none");
            }),
            "malformed");
  for (std::size_t size = 1; size < 100; ++size)
    EXPECT_EQ(altered([&](std::string& object) { object.resize(size); }), "malformed") << size;
}

TEST(WebAuthn, AKeyThatIsNotWhatItShouldBe) {
  const StubAuthenticator key;
  const auto good = key.cose_key();
  const auto with = [&](const std::string& cose) {
    const auto alter = [&](std::string& data) { data.replace(data.find(good), good.size(), cose); };
    return outcome(
        check_registration(party(), kChallenge, key.create({.challenge = kChallenge, .alter_data = alter})));
  };
  EXPECT_EQ(with(good), "taken");
  auto off_curve = good;
  off_curve.back() ^= 1;
  EXPECT_EQ(with(off_curve), "algorithm");
  EXPECT_EQ(with(good.substr(0, 1) + cbor::integer(1) + cbor::integer(1) + good.substr(3)),
            "algorithm");  // kty
  auto more = good + cbor::integer(2) + cbor::bytes("kid");
  more[0] = '\xa6';
  EXPECT_EQ(with(more), "algorithm");
  EXPECT_EQ(with(cbor::head(5, 0)), "algorithm");
  EXPECT_EQ(with(cbor::head(4, 0)), "algorithm");
  EXPECT_EQ(with("\xff"), "malformed");
  for (const long algorithm : {-35L, -36L, -37L, -47L, -65535L, -19L}) {
    const auto other =
        cbor::head(5, 2) + cbor::integer(1) + cbor::integer(2) + cbor::integer(3) + cbor::integer(algorithm);
    EXPECT_EQ(with(other), "algorithm") << algorithm;
  }
  const StubAuthenticator small(Algorithm::rs256, "small", 1024);
  EXPECT_EQ(outcome(check_registration(party(), kChallenge, small.create({.challenge = kChallenge}))),
            "algorithm");
}

TEST(WebAuthn, AnIdIsNoLongerThanItMayBe) {
  const StubAuthenticator longest(Algorithm::es256, std::string(kMaxCredentialId, 'i'));
  const auto passkey = enrolled(longest);
  EXPECT_EQ(passkey.id.size(), kMaxCredentialId);
  EXPECT_EQ(outcome(check_assertion(party(), kChallenge, kHandle, {&passkey, 1},
                                    longest.get({.challenge = kChallenge}))),
            "taken");
  const StubAuthenticator longer(Algorithm::es256, std::string(kMaxCredentialId + 1, 'i'));
  EXPECT_EQ(outcome(check_registration(party(), kChallenge, longer.create({.challenge = kChallenge}))),
            "credential");
  const auto other = [](std::string& data) { data[37 + 18] ^= 1; };  // within, not without
  EXPECT_EQ(
      outcome(check_registration(party(), kChallenge,
                                 StubAuthenticator().create({.challenge = kChallenge, .alter_data = other}))),
      "credential");
}

TEST(WebAuthn, OneCeremonyIsNotTheOther) {
  const StubAuthenticator key;
  const auto passkey = enrolled(key);
  EXPECT_EQ(outcome(check_registration(party(), kChallenge,
                                       key.create({.challenge = kChallenge, .type = "webauthn.get"}))),
            "type");
  EXPECT_EQ(outcome(check_assertion(party(), kChallenge, kHandle, {&passkey, 1},
                                    key.get({.challenge = kChallenge, .type = "webauthn.create"}))),
            "type");
  // Nothing is attested in a sign-in.
  const auto attested = [&](std::string& data) {
    data[32] = static_cast<char>(data[32] | 0x40);
    data += std::string(16, '\0') + std::string("\0\x01", 2) + "i" + key.cose_key();
  };
  EXPECT_EQ(outcome(check_assertion(party(), kChallenge, kHandle, {&passkey, 1},
                                    key.get({.challenge = kChallenge, .alter_data = attested}))),
            "malformed");
}

TEST(WebAuthn, ASignInIsByTheKeyThatWasEnrolledForThisAccount) {
  const StubAuthenticator key;
  const StubAuthenticator other(Algorithm::es256, "another");
  const StubAuthenticator forged(Algorithm::es256);  // the same id, another key
  const std::vector<Passkey> known = {enrolled(other), enrolled(key)};
  const auto get = [&](const StubAuthenticator& with, Wishes wishes, std::span<const Passkey> among) {
    wishes.challenge = kChallenge;
    return check_assertion(party(), kChallenge, kHandle, among, with.get(wishes));
  };
  EXPECT_EQ(get(key, {}, known)->passkey, 1U);
  EXPECT_EQ(get(other, {}, known)->passkey, 0U);
  EXPECT_EQ(outcome(get(key, {.user_handle = kHandle}, known)), "taken");
  EXPECT_EQ(outcome(get(key, {.user_handle = std::string(32, 'x')}, known)), "user");
  EXPECT_EQ(outcome(get(key, {.user_handle = kHandle.substr(1)}, known)), "user");
  EXPECT_EQ(outcome(get(key, {}, std::span(known).first(1))), "credential");
  EXPECT_EQ(outcome(get(key, {}, {})), "credential");
  EXPECT_EQ(outcome(get(forged, {}, known)), "signature");
  const auto spoiled = [](std::string& text) { text.back() ^= 1; };
  EXPECT_EQ(outcome(get(key, {.alter_signature = spoiled}, known)), "signature");
  EXPECT_EQ(outcome(get(key, {.alter_signature = [](std::string& text) { text = "0"; }}, known)),
            "signature");
  EXPECT_EQ(outcome(get(key, {.count = 1, .alter_after = spoiled}, known)), "signature");
  // UV set by somebody between.
  EXPECT_EQ(
      outcome(get(key, {.flags = 0x01, .alter_after = [](std::string& data) { data[32] = 0x05; }}, known)),
      "signature");
}

TEST(WebAuthn, AnAnswerCountsForOneChallenge) {
  const StubAuthenticator key;
  const auto passkey = enrolled(key);
  const auto body = key.get({.challenge = kChallenge});
  EXPECT_EQ(outcome(check_assertion(party(), kChallenge, kHandle, {&passkey, 1}, body)), "taken");
  const auto next = new_challenge().value();
  EXPECT_EQ(next.size(), kChallengeBytes);
  EXPECT_NE(next, new_challenge().value());
  EXPECT_EQ(outcome(check_assertion(party(), next, kHandle, {&passkey, 1}, body)), "challenge");
  // A session that has none open is no session with an empty one.
  EXPECT_EQ(outcome(check_assertion(party(), "", kHandle, {&passkey, 1}, key.get({.challenge = ""}))),
            "challenge");
}

TEST(WebAuthn, TheCounterGoesUp) {
  const StubAuthenticator key;
  const auto sign_in = [&](std::uint32_t before, std::uint32_t now) {
    auto passkey = enrolled(key, {.count = before});
    return outcome(check_assertion(party(), kChallenge, kHandle, {&passkey, 1},
                                   key.get({.challenge = kChallenge, .count = now})));
  };
  EXPECT_EQ(sign_in(0, 0), "taken");
  EXPECT_EQ(sign_in(0, 1), "taken");
  EXPECT_EQ(sign_in(5, 6), "taken");
  EXPECT_EQ(sign_in(5, 0xffffffff), "taken");
  EXPECT_EQ(sign_in(5, 5), "counter");
  EXPECT_EQ(sign_in(5, 4), "counter");
  EXPECT_EQ(sign_in(5, 0), "counter");
}

TEST(WebAuthn, EligibilityForBackupNeverChanges) {
  const StubAuthenticator key;
  const auto sign_in = [&](std::uint8_t before, std::uint8_t now) {
    auto passkey = enrolled(key, {.flags = before});
    return check_assertion(party(), kChallenge, kHandle, {&passkey, 1},
                           key.get({.challenge = kChallenge, .flags = now}));
  };
  EXPECT_EQ(outcome(sign_in(0x05, 0x0d)), "backup");
  EXPECT_EQ(outcome(sign_in(0x0d, 0x05)), "backup");
  EXPECT_TRUE(sign_in(0x0d, 0x1d)->backed_up);
  EXPECT_FALSE(sign_in(0x1d, 0x0d)->backed_up);
}

TEST(WebAuthn, TheJsonAround) {
  const StubAuthenticator key;
  const auto passkey = enrolled(key);
  const auto body = key.get({.challenge = kChallenge});
  const auto changed = [&](std::string_view from, std::string_view to) {
    auto text = body;
    text.replace(text.find(from), from.size(), to);
    return outcome(check_assertion(party(), kChallenge, kHandle, {&passkey, 1}, text));
  };
  EXPECT_EQ(changed(R"("type":"public-key")", R"("type":"password")"), "malformed");
  EXPECT_EQ(changed(R"("rawId")", R"("rawid")"), "malformed");
  EXPECT_EQ(changed(R"("id":")", R"("id":"A)"), "malformed");
  EXPECT_EQ(changed(R"("signature":")", R"("signature":")" + std::string(2000, 'A')), "malformed");
  EXPECT_EQ(changed(R"("signature":")", R"("signature":"=)"), "malformed");
  EXPECT_EQ(changed(R"("signature")", R"("sig")"), "malformed");
  EXPECT_EQ(changed(R"("response")", R"("answer")"), "malformed");
  for (const char* handle : {"null", R"("")"})
    EXPECT_EQ(changed(R"("signature")", fmt::format(R"("userHandle":{},"signature")", handle)), "taken");
  for (const char* handle : {"1", "{}", R"("=")"})
    EXPECT_EQ(changed(R"("signature")", fmt::format(R"("userHandle":{},"signature")", handle)), "malformed");
  EXPECT_EQ(
      changed(R"("clientExtensionResults":{})", R"("clientExtensionResults":{"credProps":{}},"new":[null])"),
      "taken");
  EXPECT_EQ(
      changed(R"(,"clientExtensionResults":{})", R"(,"x":")" + std::string(kMaxCeremonyBody, 'x') + '"'),
      "malformed");
  for (const char* text : {"", "[]", "null", "{}", R"({"id":1})", R"({"type":"public-key"})"}) {
    EXPECT_EQ(outcome(check_assertion(party(), kChallenge, kHandle, {&passkey, 1}, text)), "malformed");
    EXPECT_EQ(outcome(check_registration(party(), kChallenge, text)), "malformed");
  }
}

TEST(WebAuthn, WhatTheBrowserIsAsked) {
  const StubAuthenticator key;
  const std::vector<Passkey> known = {enrolled(key)};
  const auto create = base::parse_json(
      creation_options(party(), {.handle = kHandle, .name = "a@b.example", .display = "A </script>"},
                       kChallenge, known),
      "x");
  const auto& options = create->as_object();
  EXPECT_EQ(options.at("rp").as_object().at("id"), "rampart.cert.example");
  EXPECT_EQ(options.at("user").as_object().at("id").as_string(), base::encode_base64url(kHandle));
  EXPECT_EQ(options.at("challenge").as_string(), base::encode_base64url(kChallenge));
  EXPECT_EQ(options.at("attestation"), "none");
  std::vector<std::int64_t> algorithms;
  for (const auto& item : options.at("pubKeyCredParams").as_array())
    algorithms.push_back(item.as_object().at("alg").as_int64());
  EXPECT_THAT(algorithms, testing::ElementsAre(-7, -8, -257));
  const auto& excluded = options.at("excludeCredentials").as_array().at(0).as_object();
  EXPECT_EQ(excluded.at("id").as_string(), base::encode_base64url(known[0].id));
  EXPECT_EQ(options.at("authenticatorSelection").as_object().at("userVerification"), "preferred");

  const auto request =
      base::parse_json(request_options(party(), kChallenge, known, UserVerification::required), "x");
  EXPECT_EQ(request->as_object().at("rpId"), "rampart.cert.example");
  EXPECT_EQ(request->as_object().at("userVerification"), "required");
  EXPECT_EQ(request->as_object().at("allowCredentials").as_array().size(), 1U);
  EXPECT_EQ(new_user_handle()->size(), kUserHandleBytes);
}

}  // namespace
}  // namespace rampart::accounts::factor
