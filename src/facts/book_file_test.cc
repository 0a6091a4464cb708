#include "facts/book_file.h"

#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "facts/recorded_provider.h"

namespace rampart::facts {
namespace {

using dns::Name;
using dns::RrType;

constexpr base::Time kNow{std::chrono::seconds(1'795'420'800)};  // 2026-11-23T08:00:00Z

Name name(const std::string& text) { return *Name::parse(text); }

Certificate certificate() {
  Certificate out;
  out.subject = "mx.example";
  out.names = {"mx.example", "*.mx.example", "\xff"};
  out.issuer = "CA \"quoted\"";
  out.not_before = kNow;
  out.not_after = base::Time(std::chrono::seconds(std::int64_t{1} << 45));  // a year beyond RFC 3339
  out.chain_error = "self-signed";
  out.name_matches = true;
  out.spki_sha256 = std::string(32, '\xab');
  out.sha256 = std::string(32, '\0');
  out.ta_spki_sha256 = std::string(64, 'x');
  return out;
}

// A fact of every kind and with every member.
Book full_book() {
  Book book;
  const auto add = [&](const char* owner, RrType type, auto fill) {
    AnswerBuilder builder(name(owner), type);
    builder.set_seen(kNow).set_server("127.0.0.1:53").set_ttl(300);
    fill(builder);
    book.add(builder.build());
  };
  add("txt.example", RrType::txt, [](AnswerBuilder& b) {
    b.set_ad(true).add_record("v=spf1 -all", 300).add_record("پ </script> \x1b[31m", 60, 0, 3);
    b.add_record(std::string_view("\0\xff raw", 6), 60).add_record("", 1);
  });
  add("a.example", RrType::a,
      [](AnswerBuilder& b) { b.add_record(std::string_view("\xc0\x00\x02\x01", 4), 300); });
  add("aaaa.example", RrType::aaaa, [](AnswerBuilder& b) {
    b.add_record(std::string(10, '\0') + "\xff\xff" + "abcd", 300).add_record(std::string(16, '\x20'), 300);
  });
  add("mx.example", RrType::mx, [](AnswerBuilder& b) {
    b.add_alias(name("real.example")).add_alias(name(R"(odd\.\000\255.example)"));
    b.add_target(name("mail.example"), 300, 10).add_target(Name(), 300, 0);
  });
  add("soa.example", RrType::soa,
      [](AnswerBuilder& b) { b.add_record(std::string("\2ns\0\2hm\0", 8) + std::string(20, '\1'), 300); });
  add("tlsa.example", RrType::tlsa,
      [](AnswerBuilder& b) { b.add_record("\3\1\1" + std::string(32, '\x9'), 300); });
  add("ds.example", RrType::ds,
      [](AnswerBuilder& b) { b.add_record("\1\2\3\4" + std::string(32, '\x9'), 300); });
  add("caa.example", RrType::caa, [](AnswerBuilder& b) { b.add_record(std::string("\0\5issueca", 9), 300); });
  add(R"(o\.dd\"\\.example)", RrType::ns, [](AnswerBuilder& b) { b.add_target(name("ns.example"), 1); });
  add("none.example", RrType::txt, [](AnswerBuilder& b) { b.set_presence(Presence::no_name); });
  add("empty.example", RrType::txt,
      [](AnswerBuilder& b) { b.set_presence(Presence::no_data).add_alias(name("x")); });
  add("unknown.example", RrType::txt,
      [](AnswerBuilder& b) { b.set_unknown(Why::servfail, "3 of 3 \xff servers"); });
  book.add(
      std::make_shared<const HttpAnswer>(HttpAnswer{.question = {name("mta-sts.example"), "/.well-known/x"},
                                                    .presence = Presence::present,
                                                    .status = 200,
                                                    .content_type = "text/plain",
                                                    .body = "version: STSv1\r\n\xff",
                                                    .server = "192.0.2.1:443",
                                                    .seen = kNow}));
  book.add(std::make_shared<const HttpAnswer>(HttpAnswer{.question = {name("bad.example"), "/"},
                                                         .why = Why::network,
                                                         .detail = "certificate: expired",
                                                         .tls_failed = true}));
  SmtpAnswer smtp{.question = {name("mx.example")}, .presence = Presence::present};
  smtp.port_blocked = smtp.starttls = smtp.auth_in_clear = true;
  smtp.server = "192.0.2.1:25";
  smtp.banner = "220 mx \x80";
  smtp.tls_error = "none";
  smtp.tls_version = "TLSv1.3";
  smtp.certificate = {certificate()};
  smtp.seen = kNow;
  book.add(std::make_shared<const SmtpAnswer>(std::move(smtp)));
  book.add(unknown_fact(SmtpProbe{name("gone.example")}, Why::timeout, "30 s", kNow));
  return book;
}

const BookHeader kHeader{.now = kNow, .rampart = "1.2.3", .meta = {{"command", "audit"}, {"a\"b", "ü"}}};

std::string error_of(std::string_view lines) {
  const auto text = format_book(kHeader, {}) + std::string(lines);
  const auto loaded = parse_book(text, "b.jsonl");
  return loaded ? "loaded" : loaded.error().message();
}

class TempFile {
 public:
  explicit TempFile(const std::string& suffix) {
    std::string folder = (std::filesystem::temp_directory_path() / "rampart-book-XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
    path_ = folder_ + "/book" + suffix;
  }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile() { std::filesystem::remove_all(folder_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  std::string path_;
};

TEST(BookFile, LosesNothingAndWritesTheSameBytes) {
  const auto book = full_book();
  const auto text = format_book(kHeader, book);
  const auto loaded = parse_book(text, "t");
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(loaded->header, kHeader);
  EXPECT_EQ(loaded->book->size(), book.size());
  EXPECT_EQ(format_book(loaded->header, *loaded->book), text);
  const auto* txt = loaded->book->find(name("txt.example"), RrType::txt);
  ASSERT_NE(txt, nullptr);
  ASSERT_EQ(txt->records().size(), 4U);
  EXPECT_EQ(txt->data(txt->records()[1]), std::string_view("\0\xff raw", 6));
  EXPECT_EQ(txt->records()[3].strings, 3);
  EXPECT_TRUE(txt->ad());
  EXPECT_EQ(txt->seen(), kNow);
  const auto* mx = loaded->book->find(name("mx.example"), RrType::mx);
  EXPECT_EQ(mx->aliases(), book.find(name("mx.example"), RrType::mx)->aliases());
  const auto* smtp = loaded->book->find(SmtpProbe{name("mx.example")});
  ASSERT_EQ(smtp->certificate.size(), 1U);
  EXPECT_EQ(smtp->certificate[0].not_after, certificate().not_after);
  EXPECT_EQ(smtp->certificate[0].names, certificate().names);
  EXPECT_EQ(smtp->certificate[0].sha256, std::string(32, '\0'));
  EXPECT_EQ(smtp->banner, "220 mx \x80");
  for (const char c : text)
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << "never a raw control";
}

TEST(BookFile, FilesPlainAndCompressed) {
  const auto book = full_book();
  for (const auto* suffix : {".jsonl", ".jsonl.zst"}) {
    const TempFile file(suffix);
    ASSERT_TRUE(save_book(file.path(), kHeader, book));
    const auto bytes = *base::read_file(file.path(), 1 << 20);
    EXPECT_EQ(bytes.starts_with("{\"schema\":\"rampart.facts/1\","), suffix == std::string(".jsonl"));
    const auto loaded = load_book(file.path());
    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_EQ(format_book(loaded->header, *loaded->book), format_book(kHeader, book));
    ASSERT_TRUE(save_book(file.path(), loaded->header, *loaded->book)) << "over an older one";
    EXPECT_EQ(*base::read_file(file.path(), 1 << 20), bytes);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file.folder()), {}), 1)
        << "no temporary file left";
    ASSERT_TRUE(base::write_file(file.path(), std::string_view(bytes).substr(0, bytes.size() - 9)));
    const auto cut = load_book(file.path());
    ASSERT_FALSE(cut);
    EXPECT_NE(cut.error().what.find("cut off"), std::string::npos) << cut.error().message();
  }
  EXPECT_EQ(load_book("/nonexistent/book").error().kind, base::ErrorKind::io);
  EXPECT_EQ(load_book("/dev/zero").error().what, "is not a regular file");
  EXPECT_FALSE(save_book("/nonexistent/book", kHeader, book));
  EXPECT_TRUE(save_book("/dev/null", kHeader, book));
}

TEST(BookFile, ManyBooksInOneFile) {
  const TempFile file(".zst");
  const auto fact = [](const std::string& owner, const std::string& data) {
    return Fact(AnswerBuilder(name(owner), RrType::txt).add_record(data, 1).build());
  };
  auto writer = BookWriter::create(file.path(), kHeader);
  ASSERT_TRUE(writer);
  for (int i = 0; i < 3000; ++i) {
    Book book;
    book.add(fact("shared.example", "same"));
    book.add(fact(fmt::format("n{}.example", i), std::string(300, 'x')));
    book.add(fact("changes.example", std::to_string(i % 2)));
    ASSERT_TRUE((*writer)->add(book));
  }
  ASSERT_TRUE((*writer)->add(fact("changes.example", "1"))) << "the same as before, so not written again";
  ASSERT_TRUE((*writer)->add(fact("changes.example", "last")));
  EXPECT_FALSE(std::filesystem::exists(file.path())) << "nothing before it is whole";
  ASSERT_TRUE((*writer)->finish());
  EXPECT_LT(std::filesystem::file_size(file.path()), 200'000U);
  const auto loaded = load_book(file.path());
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(loaded->book->size(), 3002U);
  const auto* last = loaded->book->find(name("changes.example"), RrType::txt);
  EXPECT_EQ(last->data(last->records()[0]), "last");
  EXPECT_EQ(load_book(file.path(), {.max_bytes = 100'000}).error().what,
            "the book has more than 100000 bytes, which is as much as is held in memory");
  EXPECT_EQ(load_book(file.path(), {.max_facts = 5}).error().message(),
            file.path() + ":7: the book has more than 5 facts, which is as many as are held in memory");
  EXPECT_NE(load_book(file.path(), {.max_facts = 5}).error().hint.find("split the list"), std::string::npos);
  EXPECT_EQ(load_book(file.path(), {.max_line = 300}).error().what, "the line is longer than 300 bytes");
  {
    const auto abandoned = BookWriter::create(file.path() + "2.zst", kHeader);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file.folder()), {}), 1);
}

TEST(BookFile, RefusesWhatIsNoBook) {
  const auto parse = [](std::string_view text) { return parse_book(text, "b").error().message(); };
  EXPECT_EQ(parse(""), "b:1: the book is empty");
  EXPECT_EQ(parse("{}\n"), "b:1: the book's schema is \"\", not rampart.facts/1");
  EXPECT_EQ(parse("{\"schema\":\"rampart.facts/1\",\"now\":\"yesterday\"}\n"),
            "b:1: \"now\" is not a time, as in 2026-11-23T08:00:00Z");
  EXPECT_EQ(parse("[]\n"), "b:1: the line is not a JSON object");
  EXPECT_EQ(error_of("{\"q\":\"dns\""), "b.jsonl:2: the last line has no end: the file was cut off");
  EXPECT_TRUE(error_of("{\"q\":\n").starts_with("b.jsonl:2: "));
  EXPECT_EQ(error_of("{\"q\":\"whois\"}\n"), "b.jsonl:2: \"q\" is neither dns, https nor smtp");

  const auto dns = [](std::string_view members) {
    return error_of(fmt::format(R"({{"q":"dns","name":"d.example","seen":"2026-11-23T08:00:00Z",{}}})"
                                "\n",
                                members));
  };
  EXPECT_EQ(dns(R"("type":"TXT","presence":"no_data")"), "loaded");
  EXPECT_EQ(dns(R"("type":"TXT","presence":"no_data","later":[1])"), "loaded")
      << "unknown members are skipped";
  EXPECT_EQ(dns(R"("type":"HINFO","presence":"no_data")"),
            "b.jsonl:2: \"type\" is not a record type that is asked for");
  EXPECT_EQ(dns(R"("type":"TXT","presence":"open")"),
            "b.jsonl:2: \"presence\" is not one of the known words");
  EXPECT_EQ(dns(R"("type":"TXT","presence":"unknown")"), "b.jsonl:2: \"why\" is not one of the known words");
  EXPECT_EQ(dns(R"("type":"TXT","presence":"present")"), "b.jsonl:2: \"records\" does not fit \"presence\"");
  EXPECT_EQ(dns(R"("type":"TXT","presence":"no_data","records":[{"text":""}])"),
            "b.jsonl:2: \"records\" does not fit \"presence\"");
  EXPECT_EQ(dns(R"("type":"TXT","presence":"no_data","ttl":-1)"),
            "b.jsonl:2: \"ttl\" is not a number in its range");
  EXPECT_EQ(dns(R"("type":"TXT","presence":"no_data","ad":1)"),
            "b.jsonl:2: \"ad\" is neither true nor false");
  const auto record = [&](const char* type, std::string_view members) {
    return dns(fmt::format(R"("type":"{}","presence":"present","records":[{{{}}}])", type, members));
  };
  EXPECT_EQ(record("TXT", R"("text":"x")"), "loaded");
  EXPECT_EQ(record("TXT", ""), "b.jsonl:2: \"base64\" is missing");
  EXPECT_EQ(record("TXT", R"("base64":"*")"), "b.jsonl:2: \"base64\" is not base64");
  EXPECT_EQ(record("A", R"("address":"::1")"),
            "b.jsonl:2: \"address\" is not an address of the record's type");
  EXPECT_EQ(record("MX", R"("name":"a..b")"), "b.jsonl:2: \"name\" is not a domain name");
  EXPECT_EQ(record("MX", R"("name":"a","preference":65536)"),
            "b.jsonl:2: \"preference\" is not a number in its range");
  EXPECT_EQ(record("TLSA", R"("base64":"AA==")"), "b.jsonl:2: \"base64\" does not have the form of its type");
  EXPECT_EQ(dns(R"("type":"A","presence":"present","records":[1])"), "b.jsonl:2: an entry is not an object");
  std::string aliases;
  for (int i = 0; i < 17; ++i) aliases += ",\"x\"";
  EXPECT_EQ(dns(R"("type":"A","presence":"no_data","aliases":[)" + aliases.substr(1) + "]"),
            "b.jsonl:2: \"aliases\" is too long");
}

TEST(RecordedProvider, AnswersFromTheBookOrNotAtAll) {
  RecordedProvider provider(std::make_shared<Book>(full_book()), kNow);
  std::vector<Fact> facts;
  provider.ask({DnsQuestion{name("A.example"), RrType::a}, DnsQuestion{name("a.example"), RrType::aaaa},
                HttpsGet{name("bad.example"), "/"}, HttpsGet{name("bad.example"), "/other"},
                SmtpProbe{name("mx.example")}, SmtpProbe{name("other.example")}},
               {}, [&](std::vector<Fact> got) { facts = std::move(got); });
  ASSERT_EQ(facts.size(), 6U);
  EXPECT_TRUE(std::get<AnswerPtr>(facts[0])->present());
  EXPECT_EQ(std::get<AnswerPtr>(facts[1])->why(), Why::outside);
  EXPECT_EQ(std::get<AnswerPtr>(facts[1])->detail(), "not in the recorded facts");
  EXPECT_TRUE(std::get<HttpAnswerPtr>(facts[2])->tls_failed);
  EXPECT_EQ(std::get<HttpAnswerPtr>(facts[3])->why, Why::outside);
  EXPECT_TRUE(std::get<SmtpAnswerPtr>(facts[4])->starttls);
  EXPECT_EQ(std::get<SmtpAnswerPtr>(facts[5])->seen, kNow);
}

}  // namespace
}  // namespace rampart::facts
