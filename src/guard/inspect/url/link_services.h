// Services that links go through or lead to, as data: rewriters, whose URLs carry the whole target; shorteners; and where
// anyone may put a page, a file or a form.
//
//   [[rewriter]]
//   id = "safelinks"
//   name = "Microsoft Defender Safe Links"
//   hosts = ["safelinks.protection.outlook.com"]
//   decode = "parameter"
//   parameters = ["url"]
//   source = "https://…"
//
//   [[service]]
//   kind = "shortener"
//   hosts = ["bit.ly", "tinyurl.com"]
//
//   built_in_services().service(name)      ServiceKind::shortener by "bit.ly"
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/result.h"
#include "guard/inspect/url/url.h"

namespace rampart::guard::url {

// All our own.
inline constexpr std::size_t kMaxServicesBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxRewriters = 500;
inline constexpr std::size_t kMaxServiceHosts = 20'000;  // of one list
inline constexpr std::size_t kMaxServiceText = 300;      // bytes of one text

enum class Decode : std::uint8_t {
  parameter,         // the target in a parameter of the query
  base64_parameter,  // the same, in base64, perhaps behind two characters of a version
  path,              // the target in the path, perhaps without its scheme
  urldefense_v2,     // in a parameter, with - for % and _ for /
  urldefense_v3,     // in the path between __ and __;, characters replaced by * and kept apart
  translated_host,   // host and path, with - for . in the host's first label and -- for -
};
inline constexpr std::size_t kDecodes = static_cast<std::size_t>(Decode::translated_host) + 1;

struct Rewriter {
  std::string id;
  std::string name;
  std::vector<std::string> hosts;  // domains, lower case; names below them count too
  std::string path;                // that the URL's path begins with; may be empty
  Decode decode = Decode::parameter;
  std::vector<std::string> parameters;  // lower case
  std::string source;
};

enum class ServiceKind : std::uint8_t { shortener, hosting, files, forms };
inline constexpr std::size_t kServiceKinds = static_cast<std::size_t>(ServiceKind::forms) + 1;
std::string_view to_string(ServiceKind kind);

struct Service {
  ServiceKind kind = ServiceKind::shortener;
  std::string_view host;  // of the data, lives as long as it

  friend bool operator==(const Service&, const Service&) = default;
};

class LinkServices {
 public:
  // Adds what a TOML text has; a host that is known already changes its kind. Errors are of kind config, with
  // `file:line:column`; nothing has changed then.
  base::Result<> add(std::string_view text, const std::string& file);

  // The service by the longest host that is `name` or above it.
  [[nodiscard]] std::optional<Service> service(const dns::Name& name) const;
  // The rewriter whose host and path fit; null: none.
  [[nodiscard]] const Rewriter* rewriter(const Url& url) const;
  // Whether redirectors carry targets in a parameter of this name. `name` is lower case.
  [[nodiscard]] bool is_redirect_parameter(std::string_view name) const { return parameters_.contains(name); }
  [[nodiscard]] const std::vector<Rewriter>& rewriters() const { return rewriters_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  template <class Value>
  using ByHost = boost::unordered_flat_map<std::string, Value, Hash, std::equal_to<>>;

  std::vector<Rewriter> rewriters_;
  ByHost<std::vector<std::uint32_t>> rewriters_by_host_;
  ByHost<ServiceKind> services_;
  std::set<std::string, std::less<>> parameters_;
};

// links/*.toml, as they were when the program was built. Read at the first call; safe from any thread.
const LinkServices& built_in_services();

}  // namespace rampart::guard::url
