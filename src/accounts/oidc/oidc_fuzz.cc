// What a provider, or whoever sits in its place, sends: documents, keys, tokens and answers. The first octet chooses.
#include <cstdlib>

#include "accounts/oidc/sign_in.h"

namespace {

using namespace rampart::accounts::oidc;

const Provider kProvider{.id = "ministry",
                         .name = "Ministry",
                         .issuer = "https://login.ministry.example/staff",
                         .client_id = "rampart"};
const rampart::base::Time kNow{std::chrono::seconds(1'795'852'800)};
const Attempt kAttempt{
    .provider = "ministry", .state = "state", .nonce = "nonce", .verifier = "verifier", .begun = kNow};

// The public half of a throw-away key; so no token that is made up can be signed by it.
constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"k1"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0: {
      const auto metadata = parse_metadata(rest, kProvider);
      if (metadata && !metadata->jwks_uri.starts_with("https://") &&
          !metadata->jwks_uri.starts_with("HTTPS://"))
        std::abort();
      break;
    }
    case 1:
      for (const auto algorithm :
           {SigningAlgorithm::rs256, SigningAlgorithm::es256, SigningAlgorithm::eddsa}) {
        const auto keys = KeySet::parse(rest, algorithm);
        if (keys && (keys->size() == 0 || keys->size() > kMaxKeys)) std::abort();
        if (keys && keys->size() == 1 && keys->find("")->check("text", std::string(64, 'x'))) std::abort();
      }
      break;
    case 2: {
      static const auto keys = KeySet::parse(kKeys, SigningAlgorithm::eddsa);
      auto provider = kProvider;
      provider.algorithm = SigningAlgorithm::eddsa;
      const auto who = check_id_token(provider, *keys, kAttempt, rest, kNow);
      if (who || who.error().detail.empty()) std::abort();
      break;
    }
    case 3: {
      const auto code = read_callback(kProvider, {}, kAttempt, rest, kNow);
      if (code && (code->empty() || code->size() > kMaxCode)) std::abort();
      break;
    }
    default: {
      const auto token = read_token_answer(200, rest);
      if (token && (token->empty() || token->size() > kMaxIdToken)) std::abort();
    }
  }
  return 0;
}
