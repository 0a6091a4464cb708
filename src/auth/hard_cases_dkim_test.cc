// Mistakes that signers and verifiers of DKIM made before us: one test each, by its number in the list of 52. Each fails when
// its check is taken out (tools/mutations.tsv).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/mail_for_tests.h"
#include "crypto/keys_test.h"

namespace rampart::auth::tests {
namespace {

using ::testing::HasSubstr;
using std::string_literals::operator""s;

// The hash of these octets, whole, as BodyHash gives that of a body.
std::string hash_of(std::string_view canonical) { return base::hex(crypto::sha256(canonical)); }
std::string body_hash(dkim::Canon canon, std::string_view body) {
  dkim::BodyHash hash(canon);
  hash.update(body);
  return base::hex(hash.finish());
}
std::string header_of(dkim::Canon canon, std::string_view name, std::string_view raw) {
  std::string out;
  dkim::add_header(canon, name, raw, out);
  return out;
}
constexpr auto kSimple = dkim::Canon::simple;
constexpr auto kRelaxed = dkim::Canon::relaxed;

dkim::Checked first_of(const std::string& text, TestZone& zone) { return check(text, zone).dkim.at(0); }

// A list of results reads such a d= as bank.example with a comment behind it; DNS finds its owner's key.
TEST(HardCases, Case08_DomainInjectionInD) {
  for (const auto* domain :
       {"bank.example(.evil.example", "bank.example'a.evil.example", "bank.example\"=(.evil.example",
        "bank.example,.evil.example", "bank.example\\.evil.example", "bank.example/.evil.example"}) {
    auto zone = bank_and_evil();
    zone.txt(fmt::format("s1._domainkey.{}", domain), key_record(evil_key()));
    const auto checked = first_of(signed_by_hand(mail(), {.d = domain}, evil_key()), zone);
    EXPECT_EQ(checked.result, dkim::Result::permerror) << domain << ' ' << checked.why;
    EXPECT_THAT(checked.signature->fault, HasSubstr("d= is no domain"));
    EXPECT_TRUE(checked.signature->domain.is_root()) << "nobody is told of it, in a report either";
  }
}

TEST(HardCases, Case14_FoldedRightAfterTheColon) {
  EXPECT_EQ(header_of(kRelaxed, "List-Unsubscribe", "List-Unsubscribe:\r\n <mailto:x@bank.example>\r\n"),
            "list-unsubscribe:<mailto:x@bank.example>\r\n");
  EXPECT_EQ(header_of(kSimple, "List-Unsubscribe", "List-Unsubscribe:\r\n <mailto:x@bank.example>\r\n"),
            "List-Unsubscribe:\r\n <mailto:x@bank.example>\r\n");
  const std::string fold = "List-Unsubscribe:\r\n <mailto:x@bank.example>\r\n";
  const auto text = signed_by_hand(mail("news@bank.example", fold), {.h = "from:list-unsubscribe"});
  EXPECT_EQ(dkim_of(text), "pass");
  auto unfolded = text;
  unfolded.replace(unfolded.find(fold), fold.size(), "List-Unsubscribe: <mailto:x@bank.example>\r\n");
  EXPECT_EQ(dkim_of(unfolded), "pass");
}

// What milters are handed has no space behind the colon, and some give it back with one.
TEST(HardCases, Case15_ASpaceBehindTheColon) {
  for (const auto& [canon, result] : {std::pair("simple/simple", "fail"), {"relaxed/simple", "pass"}}) {
    auto text = signed_by_hand("From:news@bank.example\r\nSubject:rates\r\n\r\nHello\r\n",
                               {.h = "from:subject", .c = canon});
    EXPECT_EQ(dkim_of(text), "pass") << canon;
    text.insert(text.find("Subject:") + 8, " ");
    EXPECT_EQ(dkim_of(text), result) << canon;
  }
}

TEST(HardCases, Case16_FoldedValuesAndFoldedH) {
  const std::string folded = "Subject:  rates\r\n\t  and more \r\n";
  EXPECT_EQ(header_of(kSimple, "Subject", folded), folded);
  EXPECT_EQ(header_of(kRelaxed, "Subject", folded), "subject:rates and more\r\n");
  const auto text = "From: news@bank.example\r\n" + folded + "\r\nHello\r\n";
  for (const auto* canon : {"simple/simple", "relaxed/relaxed"}) {
    EXPECT_EQ(dkim_of(signed_by_hand(text, {.h = "from :\r\n\tsubject\r\n\t : to", .c = canon})), "pass")
        << canon;
  }
}

TEST(HardCases, Case17_CanonicalizationLeftOut) {
  const auto text = mail("news@bank.example", "", "two  spaces \r\n");
  for (const auto* canon : {"", "simple", "relaxed", "simple/relaxed"})
    EXPECT_EQ(dkim_of(signed_by_hand(text, {.c = canon})), "pass") << canon;
  const auto canons = [](const char* tag) {
    const auto read =
        dkim::parse_signature(fmt::format("v=1; a=rsa-sha256; d=bank.example; s=s1; h=from;{} bh={}; b=AAAA",
                                          tag, "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="));
    return std::pair(read.header_canon, read.body_canon);
  };
  EXPECT_EQ(canons(""), std::pair(kSimple, kSimple));
  EXPECT_EQ(canons(" c=relaxed;"), std::pair(kRelaxed, kSimple));
}

TEST(HardCases, Case18_BodyByItsOwnAlgorithm) {
  const auto text = mail("News  <news@bank.example>", "", "two  spaces \r\n\r\n");
  const auto one = signed_by_hand(text, {.c = "relaxed/simple"});
  EXPECT_EQ(dkim_of(one), "pass");
  EXPECT_EQ(dkim_of(signed_by_hand(text, {.c = "simple/relaxed"})), "pass");
  // Two signatures that differ in it, in one message: what was hashed for one is not taken for the other.
  auto zone = bank_and_evil();
  const auto both = signed_by_hand(one, {.c = "relaxed/relaxed"});
  EXPECT_EQ(dkim_of(both, zone, 0), "pass");
  EXPECT_EQ(dkim_of(both, zone, 1), "pass");
}

// RFC 6376 sections 3.4.3 and 3.4.4 give both hashes.
TEST(HardCases, Case19_EmptyBodyAndNone) {
  for (const auto* body : {"", "\r\n", "\r\n\r\n", "\n"}) {
    dkim::BodyHash simple(kSimple);
    dkim::BodyHash relaxed(kRelaxed);
    simple.update(body);
    relaxed.update(body);
    EXPECT_EQ(base::encode_base64(simple.finish()), "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
    EXPECT_EQ(base::encode_base64(relaxed.finish()), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  }
  for (const auto* text : {"From: news@bank.example\r\n\r\n", "From: news@bank.example\r\n"}) {
    for (const auto* canon : {"simple/simple", "relaxed/relaxed"})
      EXPECT_EQ(dkim_of(signed_by_hand(text, {.h = "from", .c = canon})), "pass") << text << canon;
  }
}

TEST(HardCases, Case20_WhiteSpaceAtTheEnd) {
  EXPECT_EQ(body_hash(kRelaxed, "a\r\n \t "), hash_of("a\r\n"));
  EXPECT_EQ(body_hash(kRelaxed, "a\r\n \t \r\n\r\n"), hash_of("a\r\n"));
  EXPECT_EQ(body_hash(kRelaxed, "a \t\r\n \r\nb  \r\n"), hash_of("a\r\n\r\nb\r\n"));
  EXPECT_EQ(body_hash(kSimple, "a\r\n \t "), hash_of("a\r\n \t \r\n"));
  // A form feed is content, and so is the space before it.
  EXPECT_EQ(body_hash(kRelaxed, "a \f\r\n"), hash_of("a \f\r\n"));
  EXPECT_EQ(body_hash(kRelaxed, "a\f \r\n"), hash_of("a\f\r\n"));
}

TEST(HardCases, Case21_WhereAChunkEnds) {
  const std::string body = "a  b\r\n\r\n \r\nc\r d \t\r\n\r\n\r\r\ne \t f\r\n \r\n";
  for (const auto canon : {kSimple, kRelaxed}) {
    const auto whole = body_hash(canon, body);
    for (std::size_t first = 0; first <= body.size(); ++first) {
      for (std::size_t second = first; second <= body.size(); ++second) {
        dkim::BodyHash hash(canon);
        hash.update(std::string_view(body).substr(0, first));
        hash.update(std::string_view(body).substr(first, second - first));
        hash.update(std::string_view(body).substr(second));
        ASSERT_EQ(base::hex(hash.finish()), whole) << first << ' ' << second;
      }
    }
  }
}

TEST(HardCases, Case22_LineEndsOfEveryKind) {
  for (const auto canon : {kSimple, kRelaxed}) {
    EXPECT_EQ(body_hash(canon, "a\nb\n"), hash_of("a\r\nb\r\n"));
    EXPECT_EQ(body_hash(canon, "a\r\nb\n\n"), hash_of("a\r\nb\r\n"));
    EXPECT_EQ(body_hash(canon, "a\rb\r\n"), hash_of("a\rb\r\n"));
    EXPECT_EQ(body_hash(canon, "a\r\r\n"), hash_of("a\r\r\n"));
    EXPECT_EQ(body_hash(canon, "a\r"), hash_of("a\r\r\n"));
  }
  const auto text = signed_by_hand(mail());
  auto stored = text;
  for (std::size_t at = 0; (at = stored.find("\r\n", at)) != std::string::npos;) stored.erase(at, 1);
  EXPECT_EQ(dkim_of(stored), "pass");
}

TEST(HardCases, Case23_Length) {
  const std::string body = "Hello\r\nthere";  // the canonical body has a line end more
  const auto text = mail("news@bank.example", "", body);
  EXPECT_EQ(dkim_of(signed_by_hand(text, {.length = 14})), "pass");
  auto zone = bank_and_evil();
  const auto cut = first_of(signed_by_hand(text, {.length = 7}), zone);
  EXPECT_EQ(cut.result, dkim::Result::policy);
  EXPECT_TRUE(cut.verified);
  EXPECT_EQ(cut.unsigned_octets, 7U);
  const auto appended = first_of(signed_by_hand(mail(), {.length = 7}) + "Pay here\r\n", zone);
  EXPECT_EQ(appended.result, dkim::Result::policy);
  EXPECT_EQ(appended.unsigned_octets, 10U);
  const auto result = check(signed_by_hand(mail(), {.length = 7}) + "Pay here\r\n", zone);
  EXPECT_EQ(result.dmarc, dmarc::Result::fail) << "it authenticates nobody";
  EXPECT_EQ(first_of(signed_by_hand(text, {.length = 15}), zone).result, dkim::Result::permerror);
}

TEST(HardCases, Case24_Oversigning) {
  for (const auto* names : {"from:from:from", "From:FROM:from:Subject", "from:subject:SUBJECT:to:to"}) {
    const auto text = signed_by_hand(mail(), {.h = names});
    EXPECT_EQ(dkim_of(text), "pass") << names;
    EXPECT_EQ(dkim_of("From: x@evil.example\r\n" + text),
              std::string_view(names).starts_with("from:s") ? "policy" : "fail")
        << names;
  }
  // Beyond the last field of a name there is nothing, not the first again (RFC 6376 section 5.4.2).
  const auto plain = mail::read_header("From: a\r\nSubject: b\r\n\r\n");
  const std::vector<std::string> names{"from", "subject", "from", "from"};
  std::string chosen;
  dkim::add_fields(kRelaxed, names, *plain, mail::FieldIndex(*plain), chosen);
  EXPECT_EQ(chosen, "from:a\r\nsubject:b\r\n");
  EXPECT_EQ(dkim_of("Subject: x\r\n" + signed_by_hand(mail(), {.h = "from:subject:SUBJECT"})), "fail");
  // Two that are there, both signed: the lower one first.
  const auto two = signed_by_hand(mail("news@bank.example", "Comments: one\r\nComments: two\r\n"),
                                  {.h = "from:Comments:comments:COMMENTS"});
  EXPECT_EQ(dkim_of(two), "pass");
  auto changed = two;
  changed[changed.find("one")] = 'O';
  EXPECT_EQ(dkim_of(changed), "fail");
  const auto ours = signed_mail(mail());
  EXPECT_THAT(ours, HasSubstr("h=from:from:to:to:cc:subject:subject"));
}

TEST(HardCases, Case26_SeveralKeysAtASelector) {
  const auto with = [](std::string_view note, const crypto::SignKey& key) {
    return fmt::format("v=DKIM1; k=ed25519; n={}; p={}", note, base::encode_base64(key.public_key()));
  };
  const auto text = signed_by_hand(mail(), {.s = "many"});
  const std::string at = "many._domainkey.bank.example";
  TestZone three;
  three.txt(at, with("1", evil_key())).txt(at, "v=DKIM1; p=").txt(at, with("2", bank_key()));
  three.txt(at, "v=spf1 -all").txt(at, "hello").txt(at, "a site's token");
  EXPECT_EQ(dkim_of(text, three), "pass") << "one of three is enough, and other text does not count";
  TestZone four;
  for (const auto* note : {"1", "2", "3"}) four.txt(at, with(note, evil_key()));
  four.txt(at, with("4", bank_key()));
  EXPECT_EQ(dkim_of(text, four), "fail") << "in byte order only three are tried";
}

TEST(HardCases, Case31_NoNameIsForGoodAndAFailureIsNot) {
  const auto text = signed_by_hand(mail(), {.s = "gone"});
  TestZone none;
  none.exists("bank.example");
  EXPECT_EQ(dkim_of(text, none), "permerror");
  TestZone empty;
  empty.exists("gone._domainkey.bank.example");
  EXPECT_EQ(dkim_of(text, empty), "permerror");
  for (const auto why : {facts::Why::servfail, facts::Why::timeout, facts::Why::refused, facts::Why::network,
                         facts::Why::malformed}) {
    auto zone = bank_and_evil();
    zone.fails("gone._domainkey.bank.example", why);
    const auto result = check(text, zone);
    EXPECT_EQ(result.dkim.at(0).result, dkim::Result::temperror) << facts::describe(why);
    EXPECT_EQ(result.dmarc, dmarc::Result::temperror);
  }
}

TEST(HardCases, Case32_HundredsOfSignatures) {
  const auto good = signed_by_hand(mail());
  std::string junk;
  for (int i = 0; i < 300; ++i)
    junk += fmt::format("DKIM-Signature: v=1; a=rsa-sha256; d=d{}.example; s=s; h=from; bh={}; b=AAAA\r\n", i,
                        "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
  auto zone = bank_and_evil();
  const auto result = check(junk + good, zone);
  ASSERT_EQ(result.dkim.size(), 301U);
  EXPECT_EQ(result.dkim.back().result, dkim::Result::policy);
  EXPECT_NE(result.dmarc, dmarc::Result::pass);
  EXPECT_LT(zone.asked(), 100U);
  auto above = bank_and_evil();
  const auto head = good.find("From:");
  EXPECT_EQ(check(good.substr(0, head) + junk + good.substr(head), above).dmarc, dmarc::Result::pass)
      << "the owner's signature stands above what was there before";
}

TEST(HardCases, Case33_HugeAndRepeatedTags) {
  std::string copied;
  while (copied.size() < 60000) copied += "|Subject:rates";
  EXPECT_EQ(dkim_of(signed_by_hand(mail(), {.more = " z=" + copied.substr(1) + ";"})), "pass");
  std::string names = "from";
  for (std::size_t i = 1; i < dkim::kMaxSignedNames; ++i) names += ":x";
  EXPECT_EQ(dkim_of(signed_by_hand(mail(), {.h = names})), "pass");
  EXPECT_EQ(dkim_of(signed_by_hand(mail(), {.h = names + ":x"})), "permerror");
  for (const auto* more : {" d=evil.example;", " t=1; t=2;", " x-y=1;", " =1;", " ;;"})
    EXPECT_EQ(dkim_of(signed_by_hand(mail(), {.more = more})), "permerror") << more;
  std::string many;
  for (int i = 0; i < 300; ++i) many += fmt::format(" t{}=1;", i);
  EXPECT_EQ(dkim_of(signed_by_hand(mail(), {.more = many})), "permerror");
}

TEST(HardCases, Case34_ServicesAndRevokedKeys) {
  const auto text = signed_by_hand(mail(), {.s = "k"});
  const auto read = [&](std::string_view tags) {
    auto zone = bank_and_evil();
    zone.txt("k._domainkey.bank.example", fmt::format("v=DKIM1; k=ed25519; {}", tags));
    return first_of(text, zone);
  };
  const auto p = "p=" + base::encode_base64(bank_key().public_key());
  for (const auto* good : {"s=*; ", "s=email; ", "s=tlsrpt:email; ", "s=EMAIL; ", ""})
    EXPECT_EQ(read(good + p).result, dkim::Result::pass) << good;
  const auto other = read("s=tlsrpt; " + p);
  EXPECT_EQ(other.result, dkim::Result::permerror);
  EXPECT_THAT(other.why, HasSubstr("not for e-mail"));
  const auto revoked = read("p=");
  EXPECT_EQ(revoked.result, dkim::Result::permerror);
  EXPECT_THAT(revoked.why, HasSubstr("revoked"));
}

}  // namespace
}  // namespace rampart::auth::tests
