#include "guard/digest/settings.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "dns/domain.h"
#include "mail/compose.h"
#include "mail/domain_part.h"

namespace rampart::guard {
namespace {

using base::Setting;
using base::SettingType;

constexpr std::array<std::string_view, 2> kLanguages{"en", "ur"};
constexpr std::int64_t kHour = 3600LL * 1000;  // milliseconds
constexpr std::int64_t kMostSkipped = 10'000;

std::string check_skip(std::string_view text) {
  if (text.starts_with('@'))
    return text.size() > 1 && dns::check_domain_setting(text.substr(1)).empty()
               ? ""
               : "is no domain, such as @lists.bank.example";
  return mail::parse_address(text) ? "" : "is no address, nor @DOMAIN";
}

constexpr std::array kSettings{
    Setting{
        .key = "guard.digest_from",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "The address that digests of kept mail come from",
        .detail = "They are sent to guard.release_server. Replies come to it, and so do bounces.",
        .option = "--from",
        .value_name = "ADDRESS",
        .example = R"("quarantine@bank.example")",
        .check = mail::check_address_setting,
    },
    Setting{
        .key = "guard.digest_url",
        .type = SettingType::text,
        .standard = "\"\"",
        .brief = "Where people reach the pages of guard.http_listen, for the links in digests",
        .detail =
            "Usually a proxy with TLS that hands on /quarantine/message, and nothing else. Without it "
            "digests have no links, and the guard answers none. The guard and whoever sends digests need "
            "the same key (guard.release_key_file, or guard.seal_file).",
        .example = R"("https://mail.bank.example")",
        .check = check_digest_url,
    },
    Setting{
        .key = "guard.digest_links",
        .type = SettingType::duration,
        .standard = "\"7d\"",
        .brief = "How long the links of a digest work",
        .detail = {},
        .min = kHour,
        .max = 24 * 90 * kHour,
    },
    Setting{
        .key = "guard.digest_language",
        .type = SettingType::text,
        .standard = "\"en\"",
        .brief = "The language of digests and their pages: English or Urdu",
        .detail = {},
        .option = "--language",
        .value_name = "LANGUAGE",
        .choices = kLanguages,
    },
    Setting{
        .key = "guard.digest_to",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Domains whose people get digests, with everything below them; when empty, all recipients",
        .detail = "Name yours where mail that goes out is quarantined, too.",
        .max = 1'000,
        .example = R"(["bank.example"])",
        .check = dns::check_domain_setting,
    },
    Setting{
        .key = "guard.digest_skip",
        .type = SettingType::list,
        .standard = "[]",
        .brief = "Addresses, and @DOMAINs, that get none: distribution lists and shared mailboxes",
        .detail = "Whoever reads a digest may release what it tells of, and a list hands it to everybody.",
        .max = kMostSkipped,
        .example = R"(["staff@bank.example", "@lists.bank.example"])",
        .check = check_skip,
    },
};

bool is_within(std::string_view domain, std::string_view parent) {
  return domain.ends_with(parent) &&
         (domain.size() == parent.size() || domain[domain.size() - parent.size() - 1] == '.');
}

}  // namespace

std::span<const Setting> digest_settings() { return kSettings; }

base::Result<DigestSettings> read_digest_settings(const base::Config& config) {
  DigestSettings out{
      .from = config.text("guard.digest_from"),
      .url = config.text("guard.digest_url"),
      .link_life = std::chrono::floor<std::chrono::seconds>(config.duration("guard.digest_links")),
      .language = parse_digest_language(config.text("guard.digest_language")).value_or(DigestLanguage::en),
      .to = {},
      .skip = {}};
  if (!out.from.empty()) out.from = TRY(mail::parse_address(out.from));
  for (const auto& domain : config.list("guard.digest_to"))
    out.to.push_back(base::lower(TRY(dns::parse_domain(domain)).text()));
  for (const auto& one : config.list("guard.digest_skip"))
    out.skip.push_back(base::lower(one.starts_with('@') ? "@" + TRY(dns::parse_domain(one.substr(1))).text()
                                                        : TRY(mail::parse_address(one))));
  return out;
}

bool is_told(const DigestSettings& settings, std::string_view recipient) {
  const auto address = mail::parse_address(recipient);
  if (!address) return false;
  const auto lower = base::lower(*address);
  const auto domain = std::string(mail::domain_part(lower));
  if (lower == base::lower(settings.from)) return false;  // a digest of digests
  const auto has = [&](const std::string& one) {
    return std::ranges::find(settings.skip, one) != settings.skip.end();
  };
  if (has(lower) || has("@" + domain)) return false;
  return settings.to.empty() ||
         std::ranges::any_of(settings.to, [&](const std::string& one) { return is_within(domain, one); });
}

}  // namespace rampart::guard
