// The reports of the corpus: what can be named by them alone is named, and nothing wrongly.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "dns/domain.h"
#include "reports/aggregate/reader.h"
#include "reports/archive/archive.h"
#include "reports/sources/inventory.h"
#include "reports/unpack/source.h"
#include "store/store_test.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kMaxFile = std::size_t{4} << 20;

// Whose the addresses of the corpus are, by who holds the networks (ARIN, and what Google, Amazon and Microsoft publish of their
// senders). Others are made up (documentation networks, 1.2.3.4), or of servers that no mark names.
std::string_view truth(const base::IpAddress& address) {
  const auto in = [&](std::string_view network, unsigned length) {
    return address.in_prefix(*base::IpAddress::parse(network), length);
  };
  if (in("209.85.128.0", 17) || in("2607:f8b0::", 32)) return "google-workspace";
  if (in("54.240.0.0", 16)) return "amazon-ses";
  if (in("40.92.0.0", 15)) return "microsoft-365";
  return {};
}

std::string unpacked(const std::filesystem::path& path) {
  auto bytes = base::read_file(path, kMaxFile).value_or("");
  if (path.extension() != ".gz") return bytes;
  MemorySource from(bytes);
  const UnpackLimits limits;
  Unpacked total;
  Inflater inflater;
  InflateSource inflate(from, InflateSource::Form::gzip, inflater, limits, total);
  std::string out;
  std::string room(65536, '\0');
  for (auto got = inflate.read(room); got && *got > 0; got = inflate.read(room)) out.append(room, 0, *got);
  return out;
}

struct Counted {
  std::uint64_t all = 0;
  std::uint64_t can_be_named = 0;
  std::uint64_t named = 0;
  std::uint64_t wrongly = 0;
  std::map<std::string, std::uint64_t> kinds;
};

class Corpus : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* root = std::getenv("RAMPART_SHARED");
    folder_ =
        std::filesystem::path(root != nullptr ? root : RAMPART_SOURCE_DIR "/../shared") / "corpus/reports";
    if (!std::filesystem::exists(folder_)) GTEST_SKIP() << "no reports in $RAMPART_SHARED";
  }

  Counted count(const mail::Registry& registry, void (*known)(SeenAddress&) = nullptr) {
    Counted out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      const auto extension = entry.path().extension();
      if (extension != ".xml" && extension != ".gz") continue;
      Texts texts;
      auto report = read_aggregate(unpacked(entry.path()), entry.path().filename().string(),
                                   base::Time(std::chrono::seconds(1'900'000'000)), texts);
      if (!report) continue;
      judge(*report, texts, registry, known, out);
    }
    return out;
  }

  std::filesystem::path folder_;

 private:
  static void judge(const Report& report, const Texts& texts, const mail::Registry& registry,
                    void (*known)(SeenAddress&), Counted& out) {
    std::map<TextId, std::uint32_t> places;
    std::vector<Outcome> outcomes;
    std::map<TextId, SeenAddress> addresses;
    for (const auto& row : report.rows) {
      const auto [place, added] = places.emplace(row.outcome, static_cast<std::uint32_t>(outcomes.size()));
      if (added) outcomes.push_back(parse_outcome(texts[row.outcome]).value_or(Outcome()));
      auto& seen = addresses[row.address];
      seen.address = base::IpAddress::parse(texts[row.address]).value_or(base::IpAddress());
      seen.rows.push_back({.outcome = place->second,
                           .count = row.count,
                           .first_day = static_cast<std::int32_t>(report.begin / 86400),
                           .last_day = static_cast<std::int32_t>(report.end / 86400)});
    }
    std::vector<SeenAddress> list;
    for (auto& [id, seen] : addresses) {
      if (known != nullptr) known(seen);
      list.push_back(std::move(seen));
    }
    const auto domain = dns::parse_domain(report.policy.domain);
    const auto sources = find_sources({.domain = domain ? *domain : dns::Name(),
                                       .outcomes = outcomes,
                                       .addresses = list,
                                       .registry = &registry,
                                       .today = static_cast<std::int32_t>(report.end / 86400)});
    for (const auto& source : sources) {
      out.kinds[std::string(to_string(source.kind))] += source.tally.messages();
      for (const auto& address : source.addresses) {
        const auto right = truth(address.address);
        out.all += address.messages;
        if (!right.empty()) out.can_be_named += address.messages;
        if (source.provider == nullptr) continue;
        (source.provider->id == right ? out.named : out.wrongly) += address.messages;
      }
    }
  }
};

std::string percent(std::uint64_t part, std::uint64_t all) {
  return fmt::format("{} of {} ({:.1f} %)", part, all,
                     100.0 * static_cast<double>(part) / static_cast<double>(all));
}

TEST_F(Corpus, IsNamedByTheReportsAndTheNetworks) {
  const auto counted = count(mail::built_in_registry());
  EXPECT_GE(counted.all, 3000U);
  EXPECT_GE(counted.named * 100, counted.can_be_named * 90) << percent(counted.named, counted.can_be_named);
  EXPECT_GE(counted.named * 100, counted.all * 90) << percent(counted.named, counted.all);
  EXPECT_EQ(counted.wrongly, 0U);
  RecordProperty("named", percent(counted.named, counted.all));
  std::string kinds;
  for (const auto& [kind, messages] : counted.kinds) kinds += fmt::format("{} {} ", kind, messages);
  RecordProperty("kinds", kinds);
  // Mail that Amazon SES signed and Google handed on: its key is at home there, its address here.
  EXPECT_EQ(counted.kinds.at("forwarder"), 40U);
  EXPECT_EQ(counted.kinds.at("service"), 3009U);
}

// Without the networks that providers publish, and without DNS: only who signs in his own name can be named.
TEST_F(Corpus, ReportsAloneNameLittle) {
  std::string text;
  for (const auto& provider : mail::built_in_registry().providers()) {
    if (provider.kind == mail::ProviderKind::own) continue;
    std::string marks;
    for (std::size_t kind = 0; kind < mail::kMarkKinds; ++kind) {
      if (provider.marks[kind].empty()) continue;
      marks += fmt::format("{} = [\"{}\"]\n", mail::to_string(static_cast<mail::MarkKind>(kind)),
                           fmt::join(provider.marks[kind], "\", \""));
    }
    text += fmt::format("[[provider]]\nid = \"{}\"\nname = \"{}\"\nkind = \"{}\"\nsource = \"x\"\n{}",
                        provider.id, provider.name, mail::to_string(provider.kind), marks);
  }
  mail::Registry registry;
  ASSERT_TRUE(registry.add(text, "no-networks.toml"));
  const auto counted = count(registry);
  EXPECT_GE(counted.named, 350U);
  EXPECT_LT(counted.named * 100, counted.all * 20);  // 11.7 %
  EXPECT_EQ(counted.wrongly, 0U);
  RecordProperty("named", percent(counted.named, counted.all));

  // Reverse names in the form that these providers give theirs make up for it; the corpus has none, so these are made up.
  const auto asked = count(registry, [](SeenAddress& seen) {
    if (truth(seen.address) == "google-workspace") seen.reverse_name = "mail-sor-f69.google.com";
    if (truth(seen.address) == "amazon-ses") seen.reverse_name = "a48-94.smtp-out.amazonses.com";
    seen.confirmed = !seen.reverse_name.empty();
  });
  EXPECT_EQ(asked.named, asked.can_be_named);
  EXPECT_EQ(asked.wrongly, 0U);
}

// The whole way that `rampart reports sources --no-dns` goes: into the store, by day, and out again as senders.
TEST_F(Corpus, IsNamedOutOfTheStore) {
  const store::TemporaryFolder folder;
  auto database = store::Database::open("sqlite:" + (folder.path() / "s.db").string());
  ASSERT_TRUE(database) << database.error().message();
  auto archive = Archive::open(*database);
  ASSERT_TRUE(archive) << archive.error().message();
  std::set<std::string> domains;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    const auto extension = entry.path().extension();
    if (extension != ".xml" && extension != ".gz") continue;
    Texts texts;
    auto report = read_aggregate(unpacked(entry.path()), entry.path().filename().string(),
                                 base::Time(std::chrono::seconds(1'900'000'000)), texts);
    if (!report) continue;
    domains.insert(report->policy.domain);
    const Incoming incoming{
        .report = *std::move(report), .trust = Trust::imported, .reporter = entry.path().filename().string()};
    ASSERT_TRUE(archive->add(std::span(&incoming, 1), texts));
    archive->forget();
  }
  Counted counted;
  for (const auto& text : domains) {
    const auto domain = dns::parse_domain(text);
    const auto sightings = read_sightings(*database, text, 0, 25'000, kSourceBorders);
    ASSERT_TRUE(sightings) << sightings.error().message();
    const Inventory inventory(domain ? *domain : dns::Name(), *sightings);
    std::uint64_t messages = 0;
    for (const auto& source : inventory.sources({})) {
      messages += source.tally.messages();
      for (const auto& address : source.addresses) {
        const auto right = truth(address.address);
        if (!right.empty()) counted.can_be_named += address.messages;
        if (source.provider == nullptr) continue;
        (source.provider->id == right ? counted.named : counted.wrongly) += address.messages;
      }
    }
    EXPECT_EQ(messages, sightings->messages) << text << ": every message is in one source";
    counted.all += sightings->messages + sightings->unaddressed;
  }
  EXPECT_GE(counted.all, 3000U);
  EXPECT_GE(counted.named * 100, counted.all * 90) << percent(counted.named, counted.all);
  EXPECT_EQ(counted.wrongly, 0U) << percent(counted.wrongly, counted.all);
  RecordProperty("named", percent(counted.named, counted.all));
}

}  // namespace
}  // namespace rampart::reports
