#include "guard/inspect/files/rules.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "guard/inspect/files/readers.h"

// Last: it defines macros by common names.
#include <yara.h>

namespace rampart::guard::files {
namespace {

struct Destroy {
  void operator()(YR_RULES* rules) const { ::yr_rules_destroy(rules); }
  void operator()(YR_COMPILER* compiler) const { ::yr_compiler_destroy(compiler); }
};
using Rules = std::unique_ptr<YR_RULES, Destroy>;
using Compiler = std::unique_ptr<YR_COMPILER, Destroy>;

struct Loaded {
  std::mutex mutex;
  std::shared_ptr<YR_RULES> rules;  // shared: a scan goes on with those that it began with
};
Loaded& loaded() {
  static Loaded out;
  return out;
}

bool begin() {
  static const bool well = ::yr_initialize() == ERROR_SUCCESS;
  return well;
}

void note_fault(int level, const char* file, int line, const YR_RULE* /*rule*/, const char* said, void* to) {
  if (level != YARA_ERROR_LEVEL_ERROR) return;
  auto& faults = *static_cast<std::vector<std::string>*>(to);
  faults.push_back(fmt::format("{}:{}: {}", file == nullptr ? "?" : file, line, base::printable(said == nullptr ? "" : said)));
}

// Rules are local data of an administrator: nothing is included from elsewhere.
Compiler make_compiler(std::vector<std::string>& faults) {
  YR_COMPILER* made = nullptr;
  if (::yr_compiler_create(&made) != ERROR_SUCCESS) return nullptr;
  ::yr_compiler_set_callback(made, note_fault, &faults);
  ::yr_compiler_set_include_callback(made, nullptr, nullptr, nullptr);
  for (const char* name : {"filename", "filetype"}) ::yr_compiler_define_string_variable(made, name, "");
  return Compiler(made);
}

struct RuleFile {
  std::string name;
  std::string text;
};

base::Result<std::vector<RuleFile>> read_folder(const std::string& folder, Prepared& out) {
  std::error_code error;
  std::vector<std::string> names;
  for (auto at = std::filesystem::directory_iterator(folder, error); !error && at != std::filesystem::directory_iterator();
       at.increment(error)) {
    const auto extension = at->path().extension();
    if (extension == ".yar" || extension == ".yara") names.push_back(at->path().filename().string());
  }
  if (error)
    return base::fail(base::ErrorKind::config, fmt::format("the folder of YARA rules cannot be read: {}", error.message()), folder,
                      "name a folder with *.yar files");
  std::ranges::sort(names);
  if (names.size() > kMaxRuleFiles) {
    out.faults.push_back(fmt::format("{}: more than {} files; the rest is left out", folder, kMaxRuleFiles));
    names.resize(kMaxRuleFiles);
  }
  std::vector<RuleFile> files;
  files.reserve(names.size());
  for (auto& name : names) {
    auto text = base::read_file(folder + "/" + name, kMaxRuleFile);
    if (text)
      files.push_back({std::move(name), *std::move(text)});
    else
      out.faults.push_back(text.error().message());
  }
  return files;
}

// Whether it compiles alone.
bool is_sound(const RuleFile& file, std::vector<std::string>& faults) {
  std::vector<std::string> said;
  const auto compiler = make_compiler(said);
  if (!compiler) return false;
  const auto number = ::yr_compiler_add_string(compiler.get(), file.text.c_str(), nullptr);
  for (const auto& one : said) faults.push_back(file.name + one.substr(one.find(':')));
  return number == 0;
}

int note_match(YR_SCAN_CONTEXT* /*context*/, int message, void* data, void* to) {
  constexpr std::size_t kMaxMatches = 20;
  if (message != CALLBACK_MSG_RULE_MATCHING) return CALLBACK_CONTINUE;
  auto& names = *static_cast<std::vector<std::string>*>(to);
  names.emplace_back(static_cast<const YR_RULE*>(data)->identifier);
  return names.size() < kMaxMatches ? CALLBACK_CONTINUE : CALLBACK_ABORT;
}

}  // namespace

base::Result<Prepared> load_rules(const std::string& folder) {
  Prepared out;
  std::shared_ptr<YR_RULES> rules;
  if (!folder.empty()) {
    if (!begin()) return base::fail(base::ErrorKind::internal, "YARA cannot be started");
    const auto files = TRY(read_folder(folder, out));
    std::vector<std::string> faults;
    auto compiler = make_compiler(faults);
    std::size_t used = 0;
    for (const auto& file : files) {
      if (!compiler || !is_sound(file, out.faults)) continue;
      // A name space each: rules of two files may have one name.
      if (::yr_compiler_add_string(compiler.get(), file.text.c_str(), file.name.c_str()) == 0) ++used;
    }
    YR_RULES* made = nullptr;
    if (!compiler || ::yr_compiler_get_rules(compiler.get(), &made) != ERROR_SUCCESS)
      return base::fail(base::ErrorKind::config, "the YARA rules cannot be compiled", folder);
    rules = std::shared_ptr<YR_RULES>(made, Destroy());
    if (used == 0 && !files.empty())
      return base::fail(base::ErrorKind::config, "none of the YARA rules can be used",
                        out.faults.empty() ? folder : out.faults.front());
    out.rules = made->num_rules;
  }
  const std::scoped_lock lock(loaded().mutex);
  loaded().rules = out.rules == 0 ? nullptr : std::move(rules);
  return out;
}

void read_rules(const Item& item, Looker& to) {
  std::shared_ptr<YR_RULES> rules;
  {
    const std::scoped_lock lock(loaded().mutex);
    rules = loaded().rules;
  }
  if (!rules || item.bytes.empty()) return;
  const auto bytes = item.bytes.substr(0, kMaxRuleBytes);
  if (!Budget::take(to.budget.scanned, bytes.size()))
    return to.doubt(item, Why::over_limit, "the rules were not asked: there was too much before");
  if (bytes.size() < item.bytes.size()) to.doubt(item, Why::over_limit, "the rules saw only its beginning");
  std::vector<std::string> names;
  const int said = ::yr_rules_scan_mem(rules.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(),
                                       SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_NO_TRYCATCH, note_match, &names, kRuleSeconds);
  if (said == ERROR_SCAN_TIMEOUT) to.doubt(item, Why::over_limit, "the rules took too long");
  else if (said != ERROR_SUCCESS) to.doubt(item, Why::failed, fmt::format("YARA gave up ({})", said));
  for (const auto& name : names) to.find(item, Mark::yara_rule, name);
}

}  // namespace rampart::guard::files
