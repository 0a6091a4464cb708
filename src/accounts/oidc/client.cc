#include "accounts/oidc/client.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "net/outgoing.h"

namespace rampart::accounts::oidc {
namespace {

using Why = SignInRefusal::Why;

std::unexpected<SignInRefusal> unavailable(const base::Error& error) {
  return std::unexpected(SignInRefusal{Why::unavailable, error.message()});
}

// Scheme, host and port, as they are written.
std::string origin_of(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  return base::lower(url.substr(0, url.find_first_of("/?", std::min(kScheme.size(), url.size()))));
}

}  // namespace

Fetch fetch_by_https(const Provider& provider) {
  return
      [issuer = provider.allow_private ? origin_of(provider.issuer) : std::string(),
       ca_file = provider.ca_file,
       setting = fmt::format("oidc.{}.allow_private (which counts for the issuer's own host)", provider.id)](
          const std::string& url, const std::vector<std::string>& headers,
          const std::optional<std::string>& post) -> base::Result<FetchAnswer> {
        // A private network is opened for the issuer's own host, not for whatever its documents name.
        const net::HttpsTarget target{.url = url,
                                      .allow_private = !issuer.empty() && origin_of(url) == issuer,
                                      .private_setting = setting,
                                      .ca_file = ca_file,
                                      .timeout = kFetchTimeout};
        auto answer = TRY(net::https_fetch(target, headers, post, kMaxDocument));
        return FetchAnswer{answer.status, std::move(answer.body)};
      };
}

base::Result<std::string> Client::get(const std::string& url) {
  auto answer = TRY(fetch_(url, {"Accept: application/json"}, std::nullopt));
  if (answer.status != 200)
    return base::fail(base::ErrorKind::unavailable,
                      fmt::format("the provider answered with status {}", answer.status), url);
  return std::move(answer.body);
}

std::expected<Metadata, SignInRefusal> Client::metadata(base::Time now) {
  const std::lock_guard lock(mutex_);
  if (metadata_ && now - metadata_seen_ < kDocumentsTime && now >= metadata_seen_) return *metadata_;
  const auto text = get(discovery_url(provider_.issuer));
  if (!text) return unavailable(text.error());
  const auto parsed = parse_metadata(*text, provider_);
  if (!parsed) return unavailable(parsed.error());
  metadata_ = *parsed;
  metadata_seen_ = now;
  return *metadata_;
}

std::expected<std::shared_ptr<const KeySet>, SignInRefusal> Client::keys(const Metadata& metadata,
                                                                         base::Time now, bool again) {
  const std::lock_guard lock(mutex_);
  const auto kept_for = again ? std::chrono::seconds(kKeysAgain) : std::chrono::seconds(kDocumentsTime);
  if (keys_ && now - keys_seen_ < kept_for && now >= keys_seen_) return keys_;
  const auto text = get(metadata.jwks_uri);
  if (!text) return unavailable(text.error());
  auto parsed = KeySet::parse(*text, provider_.algorithm);
  if (!parsed) return unavailable(parsed.error());
  keys_ = std::make_shared<const KeySet>(std::move(*parsed));
  keys_seen_ = now;
  return keys_;
}

std::expected<std::string, SignInRefusal> Client::begin(const Attempt& attempt, std::string_view redirect_uri,
                                                        base::Time now) {
  return authorization_url(provider_, TRY(metadata(now)), redirect_uri, attempt);
}

std::expected<Identity, SignInRefusal> Client::finish(const Attempt& attempt, std::string_view redirect_uri,
                                                      std::string_view query, base::Time now) {
  const auto known = TRY(metadata(now));
  const auto code = TRY(read_callback(provider_, known, attempt, query, now));
  const auto request = token_request(provider_, known, redirect_uri, attempt, code);
  const auto answer = fetch_(request.url, request.headers, request.body);
  if (!answer) return unavailable(answer.error());
  const auto token = TRY(read_token_answer(answer->status, answer->body));
  auto set = TRY(keys(known, now, false));
  auto who = check_id_token(provider_, *set, attempt, token, now);
  if (who || who.error().why != Why::key) return who;
  // The provider has a new key (OpenID Connect Core section 10.1.1).
  const auto newer = TRY(keys(known, now, true));
  if (newer == set) return who;
  return check_id_token(provider_, *newer, attempt, token, now);
}

}  // namespace rampart::accounts::oidc
