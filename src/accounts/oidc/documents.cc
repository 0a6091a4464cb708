#include "accounts/oidc/documents.h"

#include <algorithm>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "net/outgoing.h"

namespace rampart::accounts::oidc {
namespace {

using base::ErrorKind;
using boost::json::object;

constexpr std::size_t kShown = 200;  // octets of a stranger's text in an error

// Whether a list of texts is there, and holds one.
enum class Lists : unsigned char { not_there, no, yes };
Lists lists(const object& document, std::string_view member, std::string_view value) {
  const auto* list = document.if_contains(member);
  if (list == nullptr || !list->is_array()) return Lists::not_there;
  const bool found = std::ranges::any_of(list->get_array(), [&](const auto& item) {
    return item.is_string() && std::string_view(item.get_string()) == value;
  });
  return found ? Lists::yes : Lists::no;
}

base::Result<std::string> endpoint(const object& document, std::string_view member) {
  auto url = base::text_member(document, member);
  if (url.empty()) return base::fail(ErrorKind::input, fmt::format("{} is missing", member));
  if (url.size() > kMaxUrl)
    return base::fail(ErrorKind::input, fmt::format("{} has more than {} octets", member, kMaxUrl));
  if (const auto good = net::check_https_url(url); !good)
    return base::fail(ErrorKind::input, fmt::format("{}: {}", member, good.error().message()));
  return url;
}

}  // namespace

std::string discovery_url(std::string_view issuer) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

base::Result<Metadata> parse_metadata(std::string_view json, const Provider& provider) {
  const auto value =
      TRY(base::parse_json(json, "openid-configuration", {.max_bytes = kMaxDocument, .max_depth = 16}));
  if (!value.is_object()) return base::fail(ErrorKind::input, "the discovery document is no JSON object");
  const auto& document = value.get_object();
  if (const auto issuer = base::text_member(document, "issuer"); issuer != provider.issuer)
    return base::fail(ErrorKind::input,
                      fmt::format("the discovery document is of {}, not of {}", base::excerpt(issuer, kShown),
                                  provider.issuer),
                      {}, "write the issuer as the provider does, character by character");
  Metadata out{.authorization_endpoint = TRY(endpoint(document, "authorization_endpoint")),
               .token_endpoint = TRY(endpoint(document, "token_endpoint")),
               .jwks_uri = TRY(endpoint(document, "jwks_uri"))};
  if (lists(document, "id_token_signing_alg_values_supported", to_string(provider.algorithm)) == Lists::no)
    return base::fail(ErrorKind::input,
                      fmt::format("the provider does not sign with {}", to_string(provider.algorithm)), {},
                      "choose the algorithm that it registered for us");
  if (lists(document, "response_types_supported", "code") == Lists::no)
    return base::fail(ErrorKind::input, "the provider does not offer the code flow");
  // Who lists nothing is asked all the same: RFC 6749 section 3.1 has it pass over what it does not know.
  if (lists(document, "code_challenge_methods_supported", "S256") == Lists::no)
    return base::fail(ErrorKind::input, "the provider offers PKCE, and not with S256");
  const auto* names = document.if_contains("authorization_response_iss_parameter_supported");
  out.names_itself = names != nullptr && names->is_bool() && names->get_bool();
  // Discovery section 3: client_secret_basic where nothing is said.
  constexpr std::string_view kMethods = "token_endpoint_auth_methods_supported";
  out.secret_in_body = lists(document, kMethods, "client_secret_basic") == Lists::no &&
                       lists(document, kMethods, "client_secret_post") == Lists::yes;
  return out;
}

}  // namespace rampart::accounts::oidc
