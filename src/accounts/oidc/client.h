// A provider that is asked over the network: discovery and keys fetched when they are needed and kept for a while, the code exchanged.
//
//   oidc::Client client(provider, oidc::fetch_by_https(provider));
//   auto url = client.begin(attempt, redirect_uri, now);                 // expected<string, SignInRefusal>: where the browser goes
//   auto who = client.finish(attempt, redirect_uri, query, now);         // expected<Identity, SignInRefusal>
//
// Both may block for as long as kFetchTimeout allows, several times: they belong on a thread that may wait. Any number of threads may use
// one Client; a fetch is made by one at a time. Hosts are those of the issuer's own documents, fetched where net::ProbeGuard allows; with
// Provider::allow_private the issuer's own host, and no other that its documents name, may be on a private network.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "accounts/oidc/documents.h"
#include "accounts/oidc/sign_in.h"
#include "base/result.h"
#include "base/time.h"

namespace rampart::accounts::oidc {

inline constexpr std::chrono::hours kDocumentsTime{1};  // how long documents are kept
inline constexpr std::chrono::minutes kKeysAgain{
    1};  // a token of an unknown key fetches the keys anew, no more often than this
inline constexpr std::chrono::milliseconds kFetchTimeout{10'000};  // of each of the three

struct FetchAnswer {
  long status = 0;
  std::string body;  // at most kMaxDocument
};
// GET when `post` is not there. Errors: kind unavailable.
using Fetch = std::function<base::Result<FetchAnswer>(
    const std::string& url, const std::vector<std::string>& headers, const std::optional<std::string>& post)>;
Fetch fetch_by_https(const Provider& provider);

class Client {
 public:
  Client(Provider provider, Fetch fetch) : provider_(std::move(provider)), fetch_(std::move(fetch)) {}

  std::expected<std::string, SignInRefusal> begin(const Attempt& attempt, std::string_view redirect_uri,
                                                  base::Time now);
  // The attempt is used up, whatever comes of it: take it out of the store before.
  std::expected<Identity, SignInRefusal> finish(const Attempt& attempt, std::string_view redirect_uri,
                                                std::string_view query, base::Time now);
  [[nodiscard]] const Provider& provider() const { return provider_; }

 private:
  std::expected<Metadata, SignInRefusal> metadata(base::Time now);
  // `again`: the set that was kept does not have the key of a token.
  std::expected<std::shared_ptr<const KeySet>, SignInRefusal> keys(const Metadata& metadata, base::Time now,
                                                                   bool again);
  base::Result<std::string> get(const std::string& url);

  const Provider provider_;
  const Fetch fetch_;

  std::mutex mutex_;  // guards what follows
  std::optional<Metadata> metadata_;
  base::Time metadata_seen_{};
  std::shared_ptr<const KeySet> keys_;  // shared with checks under way while a newer set takes its place
  base::Time keys_seen_{};
};

}  // namespace rampart::accounts::oidc
