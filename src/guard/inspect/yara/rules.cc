#include "guard/inspect/yara/rules.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

// Last: its macros have names that others use.
#include <yara.h>

namespace rampart::guard::yara {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::array<const char*, 5> kVariables = {"filename", "filepath", "extension", "filetype", "owner"};

// Once a process; the operating system ends it.
bool begin() {
  static const bool begun = yr_initialize() == ERROR_SUCCESS;
  return begun;
}

struct FirstError {
  int line = 0;
  std::string what;
};

void keep_first_error(int level, const char*, int line, const YR_RULE* rule, const char* message,
                      void* data) {
  auto& first = *static_cast<FirstError*>(data);
  if (level != YARA_ERROR_LEVEL_ERROR || !first.what.empty()) return;
  first.line = line;
  first.what = base::printable(message);
  if (rule != nullptr) first.what += fmt::format(" (in the rule {})", base::printable(rule->identifier));
}

struct DestroyCompiler {
  void operator()(YR_COMPILER* compiler) const { yr_compiler_destroy(compiler); }
};
struct DestroyScanner {
  void operator()(YR_SCANNER* scanner) const { yr_scanner_destroy(scanner); }
};
using Compiler = std::unique_ptr<YR_COMPILER, DestroyCompiler>;
using Scanner = std::unique_ptr<YR_SCANNER, DestroyScanner>;

Result<std::vector<std::string>> files_of(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (auto at = std::filesystem::directory_iterator(folder, error);
       !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    const auto extension = at->path().extension();
    if (extension == ".yar" || extension == ".yara") out.push_back(at->path().filename().string());
    if (out.size() > kMaxFiles)
      return base::fail(ErrorKind::config, fmt::format("has over {} files of rules", kMaxFiles), folder);
  }
  if (error) return base::fail(ErrorKind::config, "cannot be read: " + error.message(), folder);
  std::ranges::sort(out);
  return out;
}

std::string word_of(const char* text) {
  return text == nullptr ? std::string() : base::excerpt(text, kMaxWord);
}

Match match_of(const YR_RULE& rule) {
  Match out{.rule = word_of(rule.identifier), .file = word_of(rule.ns->name), .tags = {}, .description = {}};
  const char* tag = nullptr;
  yr_rule_tags_foreach((&rule), tag) {
    if (out.tags.size() < kMaxTags) out.tags.push_back(word_of(tag));
  }
  const YR_META* meta = nullptr;
  yr_rule_metas_foreach((&rule), meta) {
    if (meta->type == META_TYPE_STRING && std::strcmp(meta->identifier, "description") == 0)
      out.description = base::excerpt(meta->string, kMaxDescription);
  }
  return out;
}

int take_message(YR_SCAN_CONTEXT*, int message, void* data, void* user) {
  if (message != CALLBACK_MSG_RULE_MATCHING) return CALLBACK_CONTINUE;
  auto& facts = *static_cast<Facts*>(user);
  if (facts.matches.size() == kMaxMatches)
    ++facts.matches_left_out;
  else
    facts.matches.push_back(match_of(*static_cast<const YR_RULE*>(data)));
  return CALLBACK_CONTINUE;
}

std::string why_of(int error) {
  switch (error) {
    case ERROR_SCAN_TIMEOUT:
      return fmt::format("the rules took over {} s", kPatience.count());
    case ERROR_INSUFFICIENT_MEMORY:
      return "the rules need too much memory";
    case ERROR_TOO_MANY_MATCHES:
      return "the rules match too often";
    default:
      return fmt::format("YARA says error {}", error);
  }
}

}  // namespace

struct Rules::Compiled {
  YR_RULES* rules = nullptr;

  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() {
    if (rules != nullptr) yr_rules_destroy(rules);
  }
};

Rules::Rules() : compiled_(std::make_unique<Compiled>()) {}
Rules::Rules(Rules&& other) noexcept = default;
Rules& Rules::operator=(Rules&& other) noexcept = default;
Rules::~Rules() = default;

Result<Rules> Rules::compile(const std::string& folder) {
  const auto files = TRY(files_of(folder));
  if (!begin()) return base::fail(ErrorKind::internal, "YARA does not begin");
  YR_COMPILER* made = nullptr;
  if (yr_compiler_create(&made) != ERROR_SUCCESS)
    return base::fail(ErrorKind::internal, "YARA has no compiler");
  const Compiler compiler(made);
  FirstError first;
  yr_compiler_set_callback(made, keep_first_error, &first);
  yr_compiler_set_include_callback(made, nullptr, nullptr, nullptr);
  for (const auto* variable : kVariables) yr_compiler_define_string_variable(made, variable, "");
  for (const auto& file : files) {
    const auto path = fmt::format("{}/{}", folder, file);
    const auto text = TRY(base::read_file(path, kMaxFile));
    if (text.find('\0') != std::string::npos)
      return base::fail(ErrorKind::config, "is no text; compiled rules are not read", path);
    // Behind an error the compiler is of no use any more.
    if (yr_compiler_add_string(made, text.c_str(), file.c_str()) != 0)
      return base::fail(ErrorKind::config, first.what.empty() ? "is not understood" : first.what,
                        fmt::format("{}:{}", path, first.line), "yarac says the same of it");
  }
  Rules out;
  if (yr_compiler_get_rules(made, &out.compiled_->rules) != ERROR_SUCCESS)
    return base::fail(ErrorKind::config, "the rules cannot be compiled", folder);
  const YR_RULE* rule = nullptr;
  yr_rules_foreach(out.compiled_->rules, rule)++ out.count_;
  return out;
}

Facts Rules::scan(std::string_view bytes, std::string_view name) const {
  Facts out;
  if (count_ == 0) return out;
  if (bytes.size() > kMaxScanned) {
    out.unseen = fmt::format("{} bytes are over the limit of YARA rules", bytes.size());
    return out;
  }
  YR_SCANNER* made = nullptr;
  if (const int error = yr_scanner_create(compiled_->rules, &made); error != ERROR_SUCCESS) {
    out.unseen = why_of(error);
    return out;
  }
  const Scanner scanner(made);
  const std::string filename(name.substr(0, name.find('\0')));
  const auto dot = filename.rfind('.');
  const auto extension =
      dot == std::string::npos ? std::string() : base::lower(std::string_view(filename).substr(dot));
  yr_scanner_define_string_variable(made, "filename", filename.c_str());
  yr_scanner_define_string_variable(made, "filepath", filename.c_str());
  yr_scanner_define_string_variable(made, "extension", extension.c_str());
  yr_scanner_set_flags(made,
                       SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
  yr_scanner_set_timeout(made, static_cast<int>(kPatience.count()));
  yr_scanner_set_callback(made, take_message, &out);
  const int error =
      yr_scanner_scan_mem(made, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (error != ERROR_SUCCESS) out.unseen = why_of(error);
  return out;
}

}  // namespace rampart::guard::yara
