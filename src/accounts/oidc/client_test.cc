#include "accounts/oidc/client.h"

#include <thread>

#include <gtest/gtest.h>

#include "accounts/oidc/stub_provider.h"
#include "net/stub_tls.h"

namespace rampart::accounts::oidc {
namespace {

const base::Time kNow = base::parse_time("2026-11-28T08:00:00Z").value();
const std::string kRedirect = "https://rampart.cert.example/api/v1/session/oidc/callback";
const std::string kDiscovery = "/.well-known/openid-configuration";

std::string outcome(const std::expected<Identity, SignInRefusal>& result) {
  return result ? "taken" : std::string(to_string(result.error().why));
}

TEST(OidcSignIn, TheBrowserIsSentWithEverythingThatBindsTheAnswer) {
  StubProvider stub;
  Client client(stub.provider(), stub.fetch());
  const auto attempt = new_attempt("ministry", kNow).value();
  EXPECT_EQ(attempt.verifier.size(), 43U);  // RFC 7636 section 4.1: 43 to 128
  const auto other = new_attempt("ministry", kNow).value();
  EXPECT_NE(attempt.state, other.state);
  EXPECT_NE(attempt.nonce, other.nonce);
  const auto url = client.begin(attempt, kRedirect, kNow);
  ASSERT_TRUE(url);
  EXPECT_EQ(
      *url,
      "https://login.ministry.example/staff/authorize?response_type=code&client_id=rampart&redirect_uri="
      "https%3A%2F%2Frampart.cert.example%2Fapi%2Fv1%2Fsession%2Foidc%2Fcallback&scope=openid&state=" +
          attempt.state + "&nonce=" + attempt.nonce +
          "&code_challenge=" + base::encode_base64url(crypto::sha256(attempt.verifier)) +
          "&code_challenge_method=S256&max_age=3600");
  auto provider = stub.provider();
  provider.second_factor.contexts = {"phr", "phrh"};
  provider.scopes = {"profile"};
  const auto fresh = authorization_url(provider, {.authorization_endpoint = "https://x.example/a?tenant=1"},
                                       kRedirect, {.state = "s", .fresh = true});
  EXPECT_TRUE(fresh.starts_with("https://x.example/a?tenant=1&response_type=code"));
  EXPECT_NE(fresh.find("&scope=openid%20profile&"), std::string::npos);
  EXPECT_TRUE(fresh.ends_with("&max_age=0&prompt=login&acr_values=phr%20phrh")) << fresh;
  // RFC 7636 appendix B.
  EXPECT_EQ(base::encode_base64url(crypto::sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(OidcSignIn, AnAnswerIsToOneAttempt) {
  const StubProvider stub;
  const auto provider = stub.provider();
  const Metadata metadata{.names_itself = true};
  const Attempt attempt{.state = "S", .nonce = "N", .verifier = "V", .begun = kNow};
  const auto read = [&](std::string_view query, base::Time now = kNow) {
    const auto code = read_callback(provider, metadata, attempt, query, now);
    return code ? *code : std::string(to_string(code.error().why));
  };
  const std::string iss = "&iss=https%3A%2F%2Flogin.ministry.example%2Fstaff";
  EXPECT_EQ(read("code=a%2Bb+c&state=S" + iss), "a+b c");
  EXPECT_EQ(read("?code=x&state=S&session_state=y" + iss), "x");
  EXPECT_EQ(read("code=x&state=T" + iss), "state");
  EXPECT_EQ(read("code=x" + iss), "state");
  EXPECT_EQ(read(""), "state");
  EXPECT_EQ(read("code=x&state=S"), "issuer");
  EXPECT_EQ(read("code=x&state=S&iss=https%3A%2F%2Fevil.example"), "issuer");
  EXPECT_EQ(read("error=access_denied&error_description=No%0Away&state=S" + iss), "denied");
  EXPECT_EQ(read("error=access_denied&state=S"), "issuer");
  EXPECT_EQ(read("code=x&code=y&state=S" + iss), "malformed");
  EXPECT_EQ(read("state=S&code=%4" + iss), "malformed");
  EXPECT_EQ(read("state=S&code=" + iss), "malformed");
  EXPECT_EQ(read("state=S&code=" + std::string(kMaxCode + 1, 'x') + iss), "malformed");
  EXPECT_EQ(read("state=S&code=x" + iss + "&x=" + std::string(kMaxCallbackQuery, 'x')), "malformed");
  EXPECT_EQ(read("code=x&state=S" + iss, kNow + kAttemptTime), "x");
  EXPECT_EQ(read("code=x&state=S" + iss, kNow + kAttemptTime + std::chrono::seconds(1)), "expired");
  EXPECT_EQ(read("code=x&state=S" + iss, kNow - std::chrono::hours(1)), "expired");
  // A provider that does not name itself need not, and may not name another.
  EXPECT_TRUE(read_callback(provider, {}, attempt, "code=x&state=S", kNow));
  EXPECT_FALSE(read_callback(provider, {}, attempt, "code=x&state=S&iss=x", kNow));
  EXPECT_FALSE(read_callback(provider, {}, Attempt{.begun = kNow}, "code=x&state=", kNow));
}

TEST(OidcSignIn, TheCodeIsExchangedByTheServer) {
  auto provider = StubProvider().provider();
  const Metadata metadata{.token_endpoint = "https://x.example/token"};
  const Attempt attempt{.verifier = "V"};
  const auto basic = token_request(provider, metadata, "https://r.example/", attempt, "a b");
  EXPECT_EQ(
      basic.body,
      "grant_type=authorization_code&code=a%20b&redirect_uri=https%3A%2F%2Fr.example%2F&code_verifier=V");
  EXPECT_EQ(basic.headers.back(), "Authorization: Basic " + base::encode_base64("rampart:s3cret%26"));
  const auto posted =
      token_request(provider, {.token_endpoint = "https://x.example/token", .secret_in_body = true},
                    "https://r.example/", attempt, "c");
  EXPECT_TRUE(posted.body.ends_with("&client_id=rampart&client_secret=s3cret%26"));
  EXPECT_EQ(posted.headers.size(), 2U);
  provider.client_secret.clear();
  EXPECT_TRUE(token_request(provider, metadata, "https://r.example/", attempt, "c")
                  .body.ends_with("&code_verifier=V&client_id=rampart"));
  const auto read = [](long status, std::string_view body) {
    const auto token = read_token_answer(status, body);
    return token ? *token : std::string(to_string(token.error().why));
  };
  EXPECT_EQ(read(200, R"({"id_token":"a.b.c","token_type":"Bearer"})"), "a.b.c");
  EXPECT_EQ(read(200, R"({"access_token":"x"})"), "malformed");
  EXPECT_EQ(read(200, "<html>"), "malformed");
  EXPECT_EQ(read(400, R"({"error":"invalid_grant"})"), "denied");
  EXPECT_EQ(read(401, "<html>"), "denied");
  EXPECT_EQ(read(302, ""), "unavailable");
  EXPECT_EQ(read(503, R"({"id_token":"a.b.c"})"), "unavailable");
}

TEST(OidcClient, SignsSomebodyIn) {
  StubProvider stub(SigningAlgorithm::ps256);
  Client client(stub.provider(), stub.fetch());
  const auto attempt = new_attempt("ministry", kNow).value();
  const auto query = stub.sign_in(client.begin(attempt, kRedirect, kNow).value(), kNow);
  const auto who = client.finish(attempt, kRedirect, query, kNow);
  ASSERT_TRUE(who) << who.error().detail;
  EXPECT_EQ(who->subject, "248289761001");
  // The code is used up at the provider; a second answer to another attempt never was one.
  EXPECT_EQ(outcome(client.finish(attempt, kRedirect, query, kNow)), "denied");
  EXPECT_EQ(outcome(client.finish(new_attempt("ministry", kNow).value(), kRedirect, query, kNow)), "state");
  EXPECT_EQ(stub.asked[kDiscovery], 1);
  EXPECT_EQ(stub.asked["/keys"], 1);
}

TEST(OidcClient, RefusesWhoHasNoSecondFactorThere) {
  StubProvider stub(SigningAlgorithm::eddsa);
  stub.person.amr = {"pwd"};
  Client client(stub.provider(), stub.fetch());
  const auto attempt = new_attempt("ministry", kNow).value();
  const auto query = stub.sign_in(client.begin(attempt, kRedirect, kNow).value(), kNow);
  EXPECT_EQ(outcome(client.finish(attempt, kRedirect, query, kNow)), "second_factor");
}

TEST(OidcClient, FindsANewKeyButIsNotMadeToAskForever) {
  StubProvider stub(SigningAlgorithm::eddsa);
  Client client(stub.provider(), stub.fetch());
  const auto sign_in = [&](base::Time now) {
    const auto attempt = new_attempt("ministry", now).value();
    const auto url = client.begin(attempt, kRedirect, now);
    return url ? outcome(client.finish(attempt, kRedirect, stub.sign_in(*url, now), now))
               : std::string(to_string(url.error().why));
  };
  EXPECT_EQ(sign_in(kNow), "taken");
  stub.new_key("k2");
  EXPECT_EQ(sign_in(kNow + std::chrono::seconds(30)), "key");  // asked half a minute ago
  EXPECT_EQ(stub.asked["/keys"], 1);
  EXPECT_EQ(sign_in(kNow + std::chrono::seconds(61)), "taken");
  EXPECT_EQ(stub.asked["/keys"], 2);
  EXPECT_EQ(sign_in(kNow + std::chrono::seconds(62)), "taken");
  EXPECT_EQ(stub.asked["/keys"], 2);
  EXPECT_EQ(stub.asked[kDiscovery], 1);
  EXPECT_EQ(sign_in(kNow + std::chrono::hours(2)), "taken");
  EXPECT_EQ(stub.asked[kDiscovery], 2);
  EXPECT_EQ(stub.asked["/keys"], 3);
  stub.is_down = true;
  EXPECT_EQ(sign_in(kNow + std::chrono::hours(4)), "unavailable");
}

// Over TLS and HTTP, as the server does it.
TEST(OidcClient, FetchesOverTlsWhereItMay) {
  const net::StubCertificate certificate("IP:127.0.0.1");
  boost::asio::io_context io;
  std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  std::string heard;
  net::StubServer server(io, certificate, [&](net::StubPeer& peer) -> boost::asio::awaitable<void> {
    co_await peer.secure();
    heard = co_await peer.hear("\r\n\r\n");
    if (heard.starts_with("POST")) heard += co_await peer.hear("end");
    co_await peer.say(answer);
  });
  auto work = boost::asio::make_work_guard(io);
  std::jthread thread([&] { io.run(); });
  auto provider = StubProvider().provider();
  provider.ca_file = certificate.file();
  provider.issuer = fmt::format("https://127.0.0.1:{}/staff", server.port());
  const auto url = fmt::format("https://127.0.0.1:{}/keys", server.port());

  const auto refused = fetch_by_https(provider)(url, {}, std::nullopt);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("oidc.ministry.allow_private (which"), std::string::npos);
  EXPECT_EQ(server.connections(), 0);

  provider.allow_private = true;
  const auto fetch = fetch_by_https(provider);
  for (const char* other : {"https://127.0.0.1:1/keys", "https://127.0.0.1/keys",
                            "https://169.254.169.254/latest/", "https://[::1]/keys"}) {
    const auto answer = fetch(other, {}, std::nullopt);
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().what.find("no public address"), std::string::npos)
        << other << answer.error().what;
  }
  EXPECT_EQ(server.connections(), 0);
  const auto got = fetch(url, {"Accept: application/json"}, std::nullopt);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, "{}");
  EXPECT_TRUE(heard.starts_with("GET /keys HTTP/1.1\r\n"));
  const auto posted = fetch(url, {}, "the end");
  ASSERT_TRUE(posted) << posted.error().message();
  EXPECT_TRUE(heard.starts_with("POST /keys") && heard.ends_with("the end"));

  answer = "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(fetch(url, {}, std::nullopt)->status, 302);
  answer = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", kMaxDocument + 1,
                       std::string(kMaxDocument + 1, 'x'));
  EXPECT_FALSE(fetch(url, {}, std::nullopt));
  answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut";
  EXPECT_FALSE(fetch(url, {}, std::nullopt));
  provider.ca_file.clear();
  EXPECT_FALSE(fetch_by_https(provider)(url, {}, std::nullopt));  // nobody vouches for the certificate
  io.stop();
}

}  // namespace
}  // namespace rampart::accounts::oidc
