#include "audit/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rampart::audit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

dns::Name name(std::string_view text) { return *dns::Name::try_parse(text); }

TEST(Recording, AnInputComesBack) {
  const Input input{.domain = name("ministry.example"),
                    .now = *base::parse_time("2026-11-23T08:00:00Z"),
                    .selectors = {"s2", "s1"},
                    .zone_selectors = {"a.b"},
                    .seen_selectors = {"seen"},
                    .zone_is_complete = true,
                    .known_subdomains = {name("www.ministry.example")},
                    .spf_subdomains = {name("erp.ministry.example"), name("*.ministry.example")},
                    .spf_subdomains_left_out = 3,
                    .spf_siblings = {name("crm.example")},
                    .spf_siblings_left_out = 2,
                    .dmarc_subdomains = {name("hr.ministry.example")},
                    .dmarc_subdomains_left_out = 4,
                    .block_lists = {name("dnsbl.example")},
                    .probe_https = true,
                    .probe_smtp = false};
  facts::Book book;
  book.add(*record_input(input, 7));
  const auto back = recorded_input(book, input.domain, input.now);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->domain, input.domain);
  EXPECT_EQ(back->now, input.now);
  EXPECT_EQ(back->selectors, input.selectors) << "in their order";
  EXPECT_EQ(back->zone_selectors, input.zone_selectors);
  EXPECT_TRUE(back->zone_is_complete);
  EXPECT_EQ(back->seen_selectors, input.seen_selectors);
  EXPECT_EQ(back->known_subdomains, input.known_subdomains);
  EXPECT_EQ(back->spf_subdomains, input.spf_subdomains);
  EXPECT_EQ(back->spf_subdomains_left_out, 3U);
  EXPECT_EQ(back->spf_siblings, input.spf_siblings);
  EXPECT_EQ(back->spf_siblings_left_out, 2U);
  EXPECT_EQ(back->dmarc_subdomains, input.dmarc_subdomains);
  EXPECT_EQ(back->dmarc_subdomains_left_out, 4U);
  EXPECT_EQ(back->block_lists, input.block_lists);
  EXPECT_TRUE(back->probe_https);
  EXPECT_FALSE(back->probe_smtp);
  EXPECT_FALSE(recorded_input(book, name("other.example"), input.now));
}

TEST(Recording, DomainsKeepTheirOrder) {
  facts::Book book;
  std::size_t number = 0;
  for (const auto* domain : {"z.example", "a.example", "m.example"}) {
    Input input;
    input.domain = name(domain);
    book.add(*record_input(input, number++));
  }
  EXPECT_THAT(recorded_domains(book), ElementsAre(name("z.example"), name("a.example"), name("m.example")));
}

TEST(Recording, TheRunsNotesComeBack) {
  facts::Book book;
  EXPECT_THAT(recorded_run(book).notes, IsEmpty());
  book.add(record_run({.source = {"zone files: a"}, .notes = {"assumed", "x\xff"}}, {}));
  EXPECT_THAT(recorded_run(book).source, ElementsAre("zone files: a"));
  EXPECT_EQ(recorded_run(book).notes.size(), 2U);
}

// The names are a stranger's too: only what we wrote is believed.
TEST(Recording, AStrangersRecordIsNoInput) {
  facts::Book book;
  book.add(facts::AnswerBuilder(name("_rampart-input.a.example"), dns::RrType::txt)
               .set_server("127.0.0.1:53")
               .add_record(R"({"number":0,"zone_is_complete":true})", 60)
               .build());
  EXPECT_FALSE(recorded_input(book, name("a.example"), {}));
  EXPECT_THAT(recorded_domains(book), IsEmpty());
  book.add(facts::AnswerBuilder(name("_rampart-input.b.example"), dns::RrType::txt)
               .set_server("rampart audit --record")
               .add_record("[not an object", 0)
               .build());
  EXPECT_FALSE(recorded_input(book, name("b.example"), {}));
}

TEST(Recording, ANameWithoutRoomIsLeftOut) {
  Input input;
  input.domain = name(std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + "." +
                      std::string(50, 'd'));
  EXPECT_FALSE(record_input(input, 0));
}

}  // namespace
}  // namespace rampart::audit
