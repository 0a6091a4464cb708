#include "facts/overlay.h"

#include <cstdlib>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "facts/driver.h"
#include "facts/zone_provider.h"

namespace rampart::facts {
namespace {

using dns::Name;
using dns::RrType;

constexpr std::string_view kSoa = "$TTL 300\n@ 600 SOA ns hm 1 2 3 4 90\n@ NS ns\n";
const Name kApex = *Name::parse("z.example");

// What must be equal: everything but AD, server and TTL.
std::string describe(const Answer& answer) {
  std::string out(to_string(answer.presence()));
  if (answer.unknown()) out += " " + std::string(to_string(answer.why()));
  if (answer.why() == Why::cname_loop) return out;  // how often it went round does not matter
  for (const auto& alias : answer.aliases()) out += " >" + alias.text();
  for (const auto& record : answer.records())
    out += fmt::format(" [{} {}]", record.preference, base::printable(answer.data(record)));
  return out;
}

Zones zones_of(const std::string& text) {
  Zones zones;
  const auto done = zones.add_text(std::string(kSoa) + text, "z", kApex);
  EXPECT_TRUE(done) << done.error().message() << "\n" << text;
  return zones;
}

std::string ask(const Zones& zones, const Overlay* overlay, const Name& name, RrType type) {
  ZoneProvider provider(zones, {});
  std::string out;
  const auto decide = [&](Facts& facts) { return describe(facts.ask(name, type)); };
  drive<std::string>(decide, provider, {.overlay = overlay}, [&](Driven<std::string> result) {
    out = std::move(result.decision);
    EXPECT_LE(result.rounds, 16);
  });
  return out;
}

std::string with(const std::string& zone, const std::string& change, const char* name,
                 RrType type = RrType::txt) {
  const auto edit = ZoneEdit::parse(change, "fix", kApex);
  EXPECT_TRUE(edit) << edit.error().message();
  const ZoneOverlay overlay(*edit);
  return ask(zones_of(zone), &overlay, *Name::parse(std::string(name) + ".z.example"), type);
}

TEST(Overlay, ReplacesAndAdds) {
  EXPECT_EQ(with("a TXT old\n", "a TXT new\n", "a"), "present [0 new]");
  EXPECT_EQ(with("a TXT old\na MX 5 m\n", "a TXT new\n", "a", RrType::mx),
            "present [5 \\x01m\\x01z\\x07example]");
  EXPECT_EQ(with("", "a MX 5 m\n", "a"), "no_data") << "a new name answers no_data for its other types";
  EXPECT_EQ(with("", "s._domainkey TXT k\n", "_domainkey"), "no_data") << "and so do the names above it";
  EXPECT_EQ(with("", "s._domainkey TXT k\n", "t._domainkey"), "no_name");
}

TEST(Overlay, NewNamesSwitchOffWildcards) {
  EXPECT_EQ(with("* TXT star\n", "a A 192.0.2.1\n", "a"), "no_data");
  EXPECT_EQ(with("* TXT star\n", "a A 192.0.2.1\n", "x.a"), "no_name");
  EXPECT_EQ(with("* TXT star\n", "x.a A 192.0.2.1\n", "a"), "no_data");
  EXPECT_EQ(with("* TXT star\n", "a A 192.0.2.1\n", "b"), "present [0 star]");
  EXPECT_EQ(with("* TXT star\nc TXT c\n", "a.c A 192.0.2.1\n", "c"), "present [0 c]")
      << "it was there before";
}

TEST(Overlay, NewWildcardsCoverWhatDoesNotExist) {
  EXPECT_EQ(with("a A 192.0.2.1\n", "* TXT star\n", "b"), "present [0 star]");
  EXPECT_EQ(with("a A 192.0.2.1\n", "* TXT star\n", "a"), "no_data");
  EXPECT_EQ(with("a A 192.0.2.1\n", "* TXT star\n", "x.a"), "no_name");
  EXPECT_EQ(with("* TXT old\n* MX 5 m\n", "* TXT new\n", "b"), "present [0 new]");
  EXPECT_EQ(with("* TXT old\n* MX 5 m\n", "* TXT new\n", "b", RrType::mx),
            "present [5 \\x01m\\x01z\\x07example]");
  EXPECT_EQ(with("* TXT old\n", "x.* TXT below\n", "b"), "present [0 old]");
  EXPECT_EQ(with("", "x.* TXT below\n", "b"), "no_data") << "a wildcard that is an empty non-terminal";
}

TEST(Overlay, CnamesLeadIntoTheChangeAndOutOfIt) {
  EXPECT_EQ(with("t TXT there\n", "a CNAME t\n", "a"), "present >t.z.example [0 there]");
  EXPECT_EQ(with("a CNAME t\nt TXT old\n", "t TXT new\n", "a"), "present >t.z.example [0 new]");
  EXPECT_EQ(with("a CNAME b\nb CNAME t\nt TXT old\n", "b CNAME u\nu TXT new\n", "a"),
            "present >b.z.example >u.z.example [0 new]");
  EXPECT_EQ(with("a CNAME t\nt TXT old\n", "a MX 5 m\n", "a"), "no_data") << "a put replaces a CNAME";
  EXPECT_EQ(with("a TXT old\n", "a CNAME b\n", "a"), "no_name >b.z.example") << "and a CNAME everything";
  EXPECT_EQ(with("a CNAME b\n", "b CNAME a\n", "a"), "unknown cname_loop");
  EXPECT_EQ(with("* CNAME t\nt TXT there\n", "u.b TXT x\n", "q"), "present >t.z.example [0 there]");
  EXPECT_EQ(with("a CNAME out.test.\n", "b TXT x\n", "a"), "unknown outside >out.test");
  EXPECT_EQ(with("a CNAME b.z.example.\n", "; rampart: remove a.z.example TXT\nc TXT x\nb TXT t\n", "a"),
            "present >b.z.example [0 t]")
      << "there was no TXT to remove";
}

TEST(Overlay, Removals) {
  const std::string remove = "; rampart: remove a.z.example TXT\n";
  EXPECT_EQ(with("a TXT x\na MX 5 m\n", remove, "a"), "no_data");
  EXPECT_EQ(with("a TXT x\n", remove, "a"), "no_name") << "it was the last record";
  EXPECT_EQ(with("a TXT x\n* TXT star\n", remove, "a"), "present [0 star]");
  EXPECT_EQ(with("a TXT x\n* TXT star\n", remove, "b.a"), "present [0 star]");
  EXPECT_EQ(with("a TXT x\n", remove + "b.a TXT y\n", "a"), "no_data");
  EXPECT_EQ(with("* TXT star\n", "; rampart: remove *.z.example. TXT\n", "a"), "no_name");
  EXPECT_EQ(with("a CNAME b\n", ";rampart: remove a.z.example CNAME\n", "a"), "no_name");
}

TEST(Overlay, WhatIsUntouchedIsTheBasesOwnAnswer) {
  const auto edit = ZoneEdit::parse("a TXT x\n", "fix", kApex);
  const ZoneOverlay overlay(*edit);
  Book book;
  const auto add = [&](const char* name, Presence presence) {
    for (const auto type : {RrType::txt, RrType::cname})
      book.add(AnswerBuilder(*Name::parse(name), type).set_presence(presence).set_ad(true).build());
  };
  add("far.test", Presence::no_data);
  Facts far(book, &overlay);
  EXPECT_TRUE(far.ask(*Name::parse("far.test"), RrType::txt).ad());
  EXPECT_TRUE(far.open().empty()) << "names far from the change cost no questions";
  add("b.z.example", Presence::no_data);
  add("z.example", Presence::no_data);
  add("rampart-does-this-exist.z.example", Presence::no_name);
  Facts near(book, &overlay);
  EXPECT_TRUE(near.ask(*Name::parse("b.z.example"), RrType::txt).ad());
  EXPECT_TRUE(near.open().empty());
  EXPECT_TRUE(near.ask(*Name::parse("a.z.example"), RrType::txt).present());
  EXPECT_FALSE(near.ask(*Name::parse("a.z.example"), RrType::txt).ad());
}

TEST(Overlay, WhatCannotBeFoundOutIsUnknown) {
  const auto edit = ZoneEdit::parse("a MX 5 m\n", "fix", kApex);
  const ZoneOverlay overlay(*edit);
  const auto name = *Name::parse("a.z.example");
  Book book;
  Facts empty(book, &overlay);
  EXPECT_TRUE(empty.ask(name, RrType::txt).open());
  EXPECT_FALSE(empty.open().empty());
  book.add(Answer::make_unknown(name, RrType::cname, Why::servfail));
  Facts failed(book, &overlay);
  EXPECT_EQ(failed.ask(name, RrType::txt).why(), Why::servfail);
  EXPECT_TRUE(failed.ask(name, RrType::mx).present()) << "what is put needs no base";
}

TEST(ZoneEdit, RefusesWhatCannotBeTriedOut) {
  const auto error = [](const std::string& text) {
    const auto edit = ZoneEdit::parse(text, "fix", kApex);
    return edit ? "accepted" : edit.error().message();
  };
  EXPECT_EQ(error(""), "fix: the proposed change holds no records");
  EXPECT_EQ(error("; only a comment about rampart\n"), "fix: the proposed change holds no records");
  EXPECT_EQ(error("a CNAME b\na TXT x\n"), "fix:2: a.z.example has a CNAME and other records");
  EXPECT_EQ(error("a CNAME b\na CNAME c\n"), "fix:2: a.z.example has a CNAME and other records");
  EXPECT_EQ(error("a NS b\n"), "fix:1: a change of who answers for a.z.example (NS)");
  EXPECT_EQ(error("a DNAME b\n"), "fix:1: a DNAME in a proposed change");
  EXPECT_EQ(error(std::string(kSoa) + "a TXT x\n"), "accepted") << "a whole zone";
  EXPECT_EQ(error("; rampart: remove a.z.example TXT\na TXT x\n"),
            "fix: a.z.example TXT is both removed and put");
  EXPECT_EQ(error("\n ;rampart: remove a.z.example\n"),
            "fix:2: the comment begins like an order to rampart, but is none");
  EXPECT_EQ(error("; rampart remove a.z.example TXT\n"),
            "fix:1: the comment begins like an order to rampart, but is none");
  EXPECT_EQ(error("; rampart: delete a.z.example TXT\n"),
            "fix:1: the comment begins like an order to rampart, but is none");
  EXPECT_EQ(error("; rampart: remove a.z.example SPF\n"),
            "fix:1: SPF is not a record type that can be removed");
  EXPECT_EQ(error("; rampart: remove a..example TXT\n"),
            "fix:1: a..example: the name has an empty label (two dots in a row, or a leading dot)");
  EXPECT_EQ(error("; rampart: remove z.example NS\n"), "fix:1: NS cannot be removed");
  EXPECT_EQ(error("; Rampart is a mail tool\na TXT x\n"), "accepted");
}

// --- generated changes: the overlay says what the changed zone would ---

using Rrset = std::vector<std::string>;                              // data as zone text
using Model = std::map<std::pair<std::string, std::string>, Rrset>;  // (owner below the apex, type)

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  bool chance(unsigned percent) { return random_() % 100 < percent; }
  template <std::size_t N>
  const char* pick(const std::array<const char*, N>& from) {
    return from[random_() % N];
  }

  std::string owner() {
    std::string out = pick(kLabels);
    for (unsigned depth = random_() % 3; depth > 0; --depth) out += std::string(".") + pick(kLabels);
    return out;
  }

  // Adds a record set to the model as ZoneEdit does.
  static void put(Model& model, const std::string& owner, const std::string& type, const Rrset& records) {
    std::erase_if(model, [&](const auto& entry) {
      return entry.first.first == owner &&
             (type == "CNAME" || entry.first.second == "CNAME" || entry.first.second == type);
    });
    model[{owner, type}] = records;
  }

  std::pair<std::string, Rrset> rrset() {
    const std::string type = pick(kTypes);
    if (type == "CNAME") return {type, {owner()}};
    if (type == "A") return {type, {fmt::format("192.0.2.{}", random_() % 4)}};
    Rrset records = {fmt::format("t{}", random_() % 5)};
    if (chance(20)) records.push_back("second");
    return {type, records};
  }

  Model zone() {
    Model model;
    for (unsigned i = random_() % 9; i > 0; --i) {
      const auto [type, records] = rrset();
      put(model, owner(), type, records);
    }
    return model;
  }

  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }

  static constexpr std::array kLabels = {"a", "b", "*", "c"};
  static constexpr std::array kTypes = {"TXT", "TXT", "A", "CNAME"};

 private:
  std::mt19937 random_;
};

std::string text_of(const Model& model) {
  std::string out;
  for (const auto& [key, records] : model) {
    for (const auto& data : records) out += fmt::format("{} {} {}\n", key.first, key.second, data);
  }
  return out;
}

std::set<std::string> existing(const Model& model) {
  std::set<std::string> out;
  for (const auto& [key, records] : model) {
    for (std::string name = key.first;; name = name.substr(name.find('.') + 1)) {
      out.insert(name);
      if (name.find('.') == std::string::npos) break;
    }
  }
  return out;
}

// Whether removing (owner, type) is something that answers can tell (overlay.h): no other name may vanish,
// and the name itself not stay for what is below it.
bool can_tell(const Model& before, const Model& after, const std::string& owner) {
  auto was = existing(before);
  const auto is = existing(after);
  const bool has_records =
      std::ranges::any_of(after, [&](const auto& entry) { return entry.first.first == owner; });
  if (!has_records && is.contains(owner)) return false;
  was.erase(owner);
  return std::ranges::includes(is, was);
}

TEST(Overlay, EqualsTheChangedZone) {
  int compared = 0;
  int removals = 0;
  const unsigned seeds = std::getenv("RAMPART_LONG") != nullptr ? 3000 : 60;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Generator generator(seed);
    const Model before = generator.zone();
    Model after = before;
    std::string change;
    std::set<std::pair<std::string, std::string>> touched;
    if (generator.chance(50) && !before.empty()) {
      const auto at =
          std::next(before.begin(), static_cast<int>(generator.below(static_cast<unsigned>(before.size()))));
      Model without = before;
      without.erase(at->first);
      if (can_tell(before, without, at->first.first)) {
        after = without;
        touched.insert(at->first);
        change += fmt::format("; rampart: remove {}.z.example {}\n", at->first.first, at->first.second);
        ++removals;
      }
    }
    Model puts;
    for (unsigned i = generator.below(3) + 1; i > 0; --i) {
      const auto owner = generator.owner();
      const auto [type, records] = generator.rrset();
      if (!touched.contains({owner, type})) Generator::put(puts, owner, type, records);
    }
    for (const auto& [key, records] : puts) Generator::put(after, key.first, key.second, records);
    // A put CNAME takes other records away with it, but never a name.
    change += text_of(puts);
    if (change.empty()) continue;
    const auto edit = ZoneEdit::parse(change, "fix", kApex);
    ASSERT_TRUE(edit) << edit.error().message() << "\n" << change;
    const ZoneOverlay overlay(*edit);
    const auto base = zones_of(text_of(before));
    const auto changed = zones_of(text_of(after));
    std::set<std::string> names;
    for (int i = 0; i < 40; ++i) names.insert(generator.owner());
    for (const auto& name : names) {
      for (const auto type : {RrType::txt, RrType::a, RrType::cname, RrType::mx}) {
        const auto asked = *Name::parse(name + ".z.example");
        ASSERT_EQ(ask(base, &overlay, asked, type), ask(changed, nullptr, asked, type))
            << "seed " << seed << ": " << dns::to_string(type) << " " << name << "\nzone:\n"
            << text_of(before) << "change:\n"
            << change;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 4'000);
  EXPECT_GT(removals, 5);
}

}  // namespace
}  // namespace rampart::facts
