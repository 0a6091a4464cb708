#include "guard/inspect/settings.h"

#include <algorithm>
#include <array>
#include <thread>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "dns/domain.h"
#include "guard/inspect/seen/inspector.h"

namespace rampart::guard {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::int64_t kMostMiB = kMaxLookedAt >> 20U;
constexpr std::int64_t kMostPoints = 10'000;
constexpr std::int64_t kMaxNamed = 5'000;

constexpr std::array<std::string_view, 2> kUnknown{"accept", "tempfail"};

std::string check_clamd(std::string_view text) {
  if (text.empty()) return {};
  return parse_clamd(text) ? "" : "is neither unix:/PATH nor inet:ADDRESS:PORT";
}

std::string check_path(std::string_view text) {
  return text.empty() || text.starts_with('/') ? "" : "is no whole path, such as /etc/rampart/brands.toml";
}

// RFC 5322 section 3.6.8, and no field that means something to others.
std::string check_field_name(std::string_view text) {
  const bool is_name = base::istarts_with(text, "X-") && text.size() > 2 && text.size() <= 60 &&
                       std::ranges::all_of(text, [](char c) { return base::is_alnum(c) || c == '-'; });
  return is_name ? "" : "is no name of a field of one's own, such as X-Rampart-Content";
}

constexpr std::array kSettings{
    Setting{
        .key = "guard.inspect",
        .type = SettingType::boolean,
        .standard = "true",
        .brief = "Look into messages from outside: their text, links and attachments",
        .detail =
            "In processes that have no network, no files and no keys, each for one message. When false, a "
            "message is looked into only where a block list names links or parts.",
    },
    Setting{
        .key = "guard.inspect_size",
        .type = SettingType::integer,
        .standard = "32",
        .brief = "The largest message that is looked into, in MiB",
        .detail =
            "What is larger is judged without; where a block list names links or parts, it is quarantined.",
        .min = 1,
        .max = kMostMiB,
    },
    Setting{
        .key = "guard.inspect_workers",
        .type = SettingType::integer,
        .standard = "0",
        .brief = "How many messages are looked into at the same time; 0: two for each processor",
        .detail = {},
        .min = 0,
        .max = kMaxLookers,
    },
    Setting{
        .key = "guard.tag_score",
        .type = SettingType::integer,
        .standard = "0",
        .brief = "From how many points on a message is marked for its content; 0: as the weights say",
        .detail = "By the field guard.content_field. rampart scan shows the points of each signal. What "
                  "reaches guard.quarantine_score is quarantined, whatever stands here.",
        .min = 0,
        .max = kMostPoints,
    },
    Setting{
        .key = "guard.quarantine_score",
        .type = SettingType::integer,
        .standard = "0",
        .brief = "From how many points on a message is quarantined for its content; 0: as the weights say",
        .detail = "Content alone never rejects.",
        .min = 0,
        .max = kMostPoints,
    },
    Setting{
        .key = "guard.content_field",
        .type = SettingType::text,
        .standard = "\"X-Rampart-Content\"",
        .brief = "The field that marks what reaches guard.tag_score",
        .detail = "Such fields that came with a message are removed.",
        .value_name = "NAME",
        .check = check_field_name,
    },
    Setting{
        .key = "guard.own_names",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "What our organisation calls itself, as in the names of its senders",
        .detail = "Whoever writes under it from a domain that is not ours has a signal (own-name).",
        .max = kMaxNamed,
        .example = R"(["Example Bank"])",
    },
    Setting{
        .key = "guard.protected_people",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Whose names are used to deceive us, such as who may have something paid: NAME <ADDRESS>…",
        .detail = "With every address that is truly theirs; those of our own domains need not be named. Who "
                  "writes under such a name from elsewhere has a signal (protected-person).",
        .max = kMaxNamed,
        .example = R"(["Sana Malik <sana@bank.example> <sana.malik@home.example>"])",
        .check = names::check_person_setting,
    },
    Setting{
        .key = "guard.partner_domains",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Domains of others with whom we deal, and that somebody may imitate",
        .detail = "A domain that looks like one of them is a signal (partner-lookalike). Mail of theirs is "
                  "looked at like any other.",
        .max = kMaxNamed,
        .example = R"(["supplier.example"])",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "guard.not_lookalikes",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Domains that look like one of ours, of a partner or a brand, and are honest",
        .detail = "With everything below them.",
        .max = kMaxNamed,
        .example = R"(["bank-museum.example"])",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "guard.brands_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "Brands and their true domains, beside those that Rampart knows; none when empty",
        .detail =
            "docs/brands.md has its form. An entry with the id of a brand that is known takes its place.",
        .value_name = "FILE",
        .example = R"("/etc/rampart/brands.toml")",
        .check = check_path,
    },
    Setting{
        .key = "guard.weights_file",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "What signals weigh, as rampart guard train writes it; Rampart's own when empty",
        .detail = "Its thresholds count, too, where guard.tag_score and guard.quarantine_score are 0.",
        .value_name = "FILE",
        .example = R"("/etc/rampart/weights.toml")",
        .check = check_path,
    },
    Setting{
        .key = "guard.yara_rules",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "A folder of YARA rules, *.yar and *.yara, that parts of messages are held against; none "
                 "when empty",
        .detail = "A rule that fits is a signal (file-rule). Changed rules count after kill -HUP, once all "
                  "of them can be read.",
        .value_name = "FOLDER",
        .example = R"("/etc/rampart/yara")",
        .check = check_path,
    },
    Setting{
        .key = "guard.clamd",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "Where clamd listens, which is asked about each message from outside: unix:/PATH or "
                 "inet:ADDRESS:PORT",
        .detail =
            "What it finds is quarantined as malware, whatever it scores. It is sent each such message whole "
            "and unencrypted.",
        .value_name = "ADDRESS",
        .example = R"("unix:/run/clamav/clamd.ctl")",
        .check = check_clamd,
    },
    Setting{
        .key = "guard.clamd_unknown",
        .type = SettingType::text,
        .standard = "\"accept\"",
        .brief = "What becomes of a message that clamd says nothing of: it is absent, loads its signatures, "
                 "or fails",
        .detail = "tempfail has it tried again, for four hours at most. Over clamd's size it is accepted "
                  "either way.",
        .choices = kUnknown,
    },
};

// Those of a list, whose texts were checked.
std::vector<dns::Name> domains_of(const base::Config& config, std::string_view key) {
  std::vector<dns::Name> out;
  for (const auto& text : config.list(key)) out.push_back(*dns::parse_domain(text));
  return out;
}

template <class T>
base::Result<T> of_setting(std::string_view setting, base::Result<T> result) {
  if (!result) return std::unexpected(named_by(setting, std::move(result).error()));
  return result;
}

base::Result<> add_brands(names::BrandRegistry& brands, const std::string& file) {
  return brands.add(TRY(base::read_file(file, names::kMaxBrandsBytes)), file);
}

base::Result<model::Model> read_model(const std::string& file) {
  return model::Model::parse(TRY(base::read_file(file, model::kMaxModelBytes)), file);
}

}  // namespace

std::span<const Setting> inspect_settings() { return kSettings; }

base::Result<InspectSettings> read_inspect_settings(const base::Config& config, std::vector<dns::Name> own) {
  InspectSettings out;
  out.rules.is_on = config.boolean("guard.inspect");
  out.rules.most = static_cast<std::size_t>(config.integer("guard.inspect_size")) << 20U;
  out.rules.field = config.text("guard.content_field");
  out.sources = {.names = {.own_domains = std::move(own),
                           .own_names = config.list("guard.own_names"),
                           .partner_domains = domains_of(config, "guard.partner_domains"),
                           .people = {},
                           .not_lookalikes = domains_of(config, "guard.not_lookalikes"),
                           .brands = {}},
                 .brands_file = config.text("guard.brands_file"),
                 .weights_file = config.text("guard.weights_file"),
                 .tag = static_cast<double>(config.integer("guard.tag_score")),
                 .quarantine = static_cast<double>(config.integer("guard.quarantine_score"))};
  for (const auto& text : config.list("guard.protected_people"))
    out.sources.names.people.push_back(TRY(names::parse_person(text)));
  out.rules.clamd_must_say = config.text("guard.clamd_unknown") == "tempfail";
  out.yara_rules = config.text("guard.yara_rules");
  if (const auto& text = config.text("guard.clamd"); !text.empty()) out.clamd = TRY(parse_clamd(text));
  out.workers = static_cast<std::size_t>(config.integer("guard.inspect_workers"));
  if (out.workers == 0)
    out.workers =
        std::clamp<std::size_t>(std::size_t{2} * std::thread::hardware_concurrency(), 2, kMaxLookers);
  return out;
}

base::Result<std::shared_ptr<const names::NameRules>> load_names(const InspectSources& sources) {
  auto out = sources.names;
  if (!sources.brands_file.empty()) {
    const auto brands = std::make_shared<names::BrandRegistry>(names::built_in_brands());
    TRY(of_setting("guard.brands_file", add_brands(*brands, sources.brands_file)));
    out.brands = brands;
  }
  return std::make_shared<const names::NameRules>(TRY(names::NameRules::make(std::move(out))));
}

base::Result<std::shared_ptr<const model::Model>> load_model(const InspectSources& sources) {
  auto out = model::built_in_model();
  if (!sources.weights_file.empty())
    out = TRY(of_setting("guard.weights_file", read_model(sources.weights_file)));
  if (sources.tag > 0 || sources.quarantine > 0)
    out = out.with_thresholds(sources.tag > 0 ? sources.tag : out.tag(),
                              sources.quarantine > 0 ? sources.quarantine : out.quarantine());
  return std::make_shared<const model::Model>(std::move(out));
}

base::Result<> load_rules_of(const InspectSources& sources, InspectionRules& rules) {
  rules.names = TRY(load_names(sources));
  rules.model = TRY(load_model(sources));
  return {};
}

base::Error named_by(std::string_view setting, base::Error error) {
  error.kind = base::ErrorKind::config;
  error.what += fmt::format(" ({} names it)", setting);
  if (error.hint.empty()) error.hint = fmt::format("see: rampart config explain {}", setting);
  return error;
}

}  // namespace rampart::guard
