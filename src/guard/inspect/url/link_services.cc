#include "guard/inspect/url/link_services.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "base/toml_reader.h"
#include "guard/inspect/url/built_in.h"

namespace rampart::guard::url {
namespace {

using base::Result;

constexpr std::size_t kShown = 60;  // bytes of a wrong text that an error repeats
constexpr std::string_view kDecodeNames[] = {"parameter",     "base64-parameter", "path",
                                             "urldefense-v2", "urldefense-v3",    "translated-host"};
static_assert(std::size(kDecodeNames) == kDecodes);
constexpr std::string_view kServiceNames[] = {"shortener", "hosting", "files", "forms"};
static_assert(std::size(kServiceNames) == kServiceKinds);

struct ServiceList {
  ServiceKind kind = ServiceKind::shortener;
  std::vector<std::string> hosts;
};

struct Read {
  std::vector<std::string> parameters;
  std::vector<Rewriter> rewriters;
  std::vector<ServiceList> services;
};

class Reader : base::TomlReader {
 public:
  explicit Reader(const std::string& file) : TomlReader(file, kMaxServiceText) {}

  Result<Read> read(const toml::table& top) {
    TRY(only(top, {"parameters", "rewriter", "service"}));
    Read out;
    out.parameters = TRY(texts(top, "parameters"));
    for (const auto* table : TRY(tables(top, "rewriter"))) out.rewriters.push_back(TRY(rewriter(*table)));
    for (const auto* table : TRY(tables(top, "service"))) out.services.push_back(TRY(service(*table)));
    return out;
  }

 private:
  Result<std::vector<const toml::table*>> tables(const toml::table& top, std::string_view key) const {
    std::vector<const toml::table*> out;
    const auto* node = top.get(key);
    if (node == nullptr) return out;
    const auto* list = node->as_array();
    if (list == nullptr || list->size() > kMaxRewriters)
      return wrong(node->source().begin,
                   fmt::format("{} is no list of at most {} tables", key, kMaxRewriters),
                   fmt::format("write [[{}]] before each", key));
    for (const auto& item : *list) {
      out.push_back(item.as_table());
      if (out.back() == nullptr) return wrong(item.source().begin, fmt::format("a {} is no table", key));
    }
    return out;
  }

  // Lower case; none when the list is not there.
  Result<std::vector<std::string>> texts(const toml::table& table, std::string_view key) const {
    std::vector<std::string> out;
    const auto* node = table.get(key);
    if (node == nullptr) return out;
    const auto* list = node->as_array();
    if (list == nullptr || list->size() > kMaxServiceHosts)
      return wrong(node->source().begin,
                   fmt::format("{} is no list of at most {} texts", key, kMaxServiceHosts),
                   fmt::format("write {} = [\"…\"]", key));
    for (const auto& item : *list) {
      const auto* value = item.as_string();
      if (value == nullptr || value->get().empty() || value->get().size() > kMaxServiceText)
        return wrong(item.source().begin,
                     fmt::format("{} holds what is no text of 1 to {} bytes", key, kMaxServiceText));
      out.push_back(base::lower(value->get()));
    }
    return out;
  }

  Result<std::vector<std::string>> hosts(const toml::table& table) const {
    auto out = TRY(texts(table, "hosts"));
    const auto& at = table.source().begin;
    if (out.empty()) return wrong(at, "it has no hosts", "add hosts = [\"bit.ly\"]");
    for (const auto& host : out) {
      const auto name = dns::Name::try_parse(host);
      // One label would be all of .com.
      if (!name || name->label_count() < 2 || name->text() != host)
        return wrong(table.get("hosts")->source().begin,
                     fmt::format("\"{}\" is no domain", base::excerpt(host, kShown)),
                     "write it as bit.ly, without a dot at either end");
    }
    return out;
  }

  Result<std::size_t> word(const toml::table& table, std::string_view key,
                           std::span<const std::string_view> known) const {
    const auto& at = table.source().begin;
    const auto text = TRY(needed(table, key, at));
    const auto found = std::ranges::find(known, text);
    if (found == known.end())
      return wrong(table.get(key)->source().begin,
                   fmt::format("there is no {} \"{}\"", key, base::excerpt(text, kShown)),
                   fmt::format("known are {}", fmt::join(known, ", ")));
    return static_cast<std::size_t>(found - known.begin());
  }

  Result<Rewriter> rewriter(const toml::table& table) {
    const auto& at = table.source().begin;
    TRY(only(table, {"id", "name", "hosts", "path", "decode", "parameters", "source"}));
    Rewriter out;
    out.id = TRY(id(table, at));
    out.name = TRY(needed(table, "name", at));
    out.hosts = TRY(hosts(table));
    out.path = TRY(text(table, "path"));
    out.decode = static_cast<Decode>(TRY(word(table, "decode", kDecodeNames)));
    out.parameters = TRY(texts(table, "parameters"));
    out.source = TRY(needed(table, "source", at));
    const bool needs_parameter = out.decode == Decode::parameter || out.decode == Decode::base64_parameter ||
                                 out.decode == Decode::urldefense_v2;
    if (needs_parameter && out.parameters.empty())
      return wrong(at, fmt::format("the rewriter {} names no parameter", out.id),
                   "add parameters = [\"url\"]");
    if (!ids_.insert(out.id).second) return wrong(at, fmt::format("two rewriters are called {}", out.id));
    return out;
  }

  Result<ServiceList> service(const toml::table& table) const {
    TRY(only(table, {"kind", "hosts"}));
    ServiceList out;
    out.kind = static_cast<ServiceKind>(TRY(word(table, "kind", kServiceNames)));
    out.hosts = TRY(hosts(table));
    return out;
  }

  std::set<std::string> ids_;
};

// Calls `use` with `host` and each domain above it, the longest first, until it says true.
template <class Use>
void climb(std::string_view host, const Use& use) {
  for (auto rest = host; !use(rest);) {
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return;
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string_view to_string(ServiceKind kind) { return kServiceNames[static_cast<std::size_t>(kind)]; }

std::size_t LinkServices::Hash::operator()(std::string_view text) const { return dns::hash_bytes(text); }

base::Result<> LinkServices::add(std::string_view text, const std::string& file) {
  auto read = TRY(Reader(file).read(TRY(base::TomlReader::parse(text, file, kMaxServicesBytes))));
  parameters_.insert(read.parameters.begin(), read.parameters.end());
  for (auto& rewriter : read.rewriters) {
    for (const auto& host : rewriter.hosts)
      rewriters_by_host_[host].push_back(static_cast<std::uint32_t>(rewriters_.size()));
    rewriters_.push_back(std::move(rewriter));
  }
  for (const auto& list : read.services) {
    for (const auto& host : list.hosts) services_.insert_or_assign(host, list.kind);
  }
  return {};
}

std::optional<Service> LinkServices::service(const dns::Name& name) const {
  std::optional<Service> out;
  const auto host = name.text();
  climb(host, [&](std::string_view at) {
    const auto found = services_.find(at);
    if (found != services_.end()) out = Service{.kind = found->second, .host = found->first};
    return out.has_value();
  });
  return out;
}

const Rewriter* LinkServices::rewriter(const Url& url) const {
  if (url.host_kind != HostKind::domain) return nullptr;
  const Rewriter* out = nullptr;
  climb(url.host, [&](std::string_view at) {
    const auto found = rewriters_by_host_.find(at);
    if (found == rewriters_by_host_.end()) return false;
    for (const auto index : found->second) {
      if (url.path.starts_with(rewriters_[index].path)) out = &rewriters_[index];
    }
    return out != nullptr;
  });
  return out;
}

const LinkServices& built_in_services() {
  static const LinkServices services = [] {
    LinkServices out;
    for (const auto& built_in : built_in_links()) {
      if (const auto added = out.add(built_in.text, std::string(built_in.file)); !added) {
        // A test proves that it never is.
        std::fputs(fmt::format("rampart: {}\n", added.error().message()).c_str(), stderr);
        std::abort();
      }
    }
    return out;
  }();
  return services;
}

}  // namespace rampart::guard::url
